"""What a posterior means: pure functions from draws of (mu, tau, rho) to measures of accuracy.

Every function takes arrays of draws and returns arrays of draws; nothing here knows how the draws
were made. `group.estimate_group` puts all measures of one group together, `labelled` gives the
same draws names and dimensions. Margins are always in the order sens, spec.
"""
