"""What the rows of a table share: its posterior, and draws of it."""
