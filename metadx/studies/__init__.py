"""What was observed: tables of diagnostic studies and the reviews they belong to."""
