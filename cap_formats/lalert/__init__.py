"""L-Alert: コモンズEDXL and the bodies of PCXML 1.3, read and written (FORMATS 1)."""
