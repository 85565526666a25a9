"""Figures: the summary ROC plot and the coupled forest plot, one figure per file.

Every figure is an ArviZ `PlotCollection`, so its content can be inspected without drawing
(`backend="none"`) and drawn again elsewhere. Importing this package loads no plotting library;
its modules do.
"""
