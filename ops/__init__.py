"""The composition root and what an operator touches."""
