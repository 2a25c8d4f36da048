"""Data for the wall and the report."""
