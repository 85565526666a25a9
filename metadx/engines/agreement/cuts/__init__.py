"""The cut-points of a row, integrated out."""
