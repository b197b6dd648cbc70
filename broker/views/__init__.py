"""Projections of the journal: they can be deleted and rebuilt."""
