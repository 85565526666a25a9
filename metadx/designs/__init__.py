"""What the means depend on: formulas, design matrices and the kinds of study they tell apart."""
