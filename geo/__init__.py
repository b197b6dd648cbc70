"""Area codes, names and shapes: what lies where, by code and by date. Imports nothing of the project."""
