"""The post-run report: one HTML file with findings, evidence and uncertainty."""
