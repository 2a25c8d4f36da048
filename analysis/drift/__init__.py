"""Changes between left and right in the course of a run."""
