"""SVG charts, shared by the wall and the report."""
