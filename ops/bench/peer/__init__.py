"""What stands beside us in the benchmarks: bare servers and clients, each a process of its own."""
