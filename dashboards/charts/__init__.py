"""Drawings of runs as SVG, the same on the wall and in the report."""
