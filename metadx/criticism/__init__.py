"""Whether a fit can be believed."""
