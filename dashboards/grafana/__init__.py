"""Grafana boards made from the metric registry, and what Grafana needs to find them."""
