"""The public page: what holds here now, and what to do. Works as bare HTML; a map is drawn where there is script."""
