"""Append, read, wait. Knows records and streams, not what an alert is."""
