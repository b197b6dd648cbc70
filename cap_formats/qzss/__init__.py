"""Messages of the satellites みちびき (QZSS): DCX (MT44: L-Alert, J-Alert, local governments) and DCR (MT43: JMA)."""
