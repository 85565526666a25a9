"""Figures: summary ROC plots, forest plots, coefficients and bubbles, one figure per file.

Every figure is an ArviZ `PlotCollection`, so its content can be inspected without drawing
(`backend="none"`) and drawn again elsewhere. Importing this package loads no plotting library;
its modules do.
"""
