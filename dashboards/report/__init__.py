"""The post-run report: one HTML file that says what happened, how it is known, and how sure that is."""
