"""Bytes <-> Alert, for every format. Pure: no I/O, no clock, no other folder of the project."""
