"""What was found, told: the summary file, the tables and the terminal text."""
