"""The decisions, as pure functions of values. Nothing here awaits, does I/O, reads a clock or rolls dice."""
