"""One page about a runner for whoever treats them: on the wall, as a file, on paper."""
