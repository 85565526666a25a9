"""Fitting agreement: what readers share, row by row, whatever of it was printed."""
