"""Simulated reviews: is the posterior calibrated, and how often do its intervals cover."""
