"""Common Alerting Protocol 1.2 (OASIS 2010)."""
