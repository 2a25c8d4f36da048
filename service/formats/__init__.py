"""A run's results in the formats of other tools, one module or package for each."""
