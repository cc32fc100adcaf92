"""Taking in what a file says: first a plan of what becomes of which record, then one change."""
