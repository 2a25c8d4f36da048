"""What watches keep of a run: FIT, TCX and GPX files."""
