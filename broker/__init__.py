"""What is accepted, who is owed it, and whether they got it."""
