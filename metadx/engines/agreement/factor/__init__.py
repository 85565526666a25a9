"""Three or more readers of the same cases: one common measure."""
