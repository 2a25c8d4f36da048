"""Data for the wall, the live screen and the report."""
