"""The report as one self-contained page: sections, templates and tables."""
