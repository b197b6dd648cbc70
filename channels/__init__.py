"""Ways out. A channel never sees a receiver."""
