"""Views of the results: live wall, post-run report and Grafana boards."""
