"""Enveloped XML signatures of CAP messages (CAP 1.2, 3.3.4.1): found, judged by a policy, and written."""
