"""The PyMC statement of each model structure, one file each."""
