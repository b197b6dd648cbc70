"""Far ends that behave like the real ones, and sometimes badly: each runs as a process of its own."""
