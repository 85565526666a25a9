"""What the printed numbers of a row tell about its cross-table."""
