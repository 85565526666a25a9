"""What is assumed: model cards, their schema and their priors."""
