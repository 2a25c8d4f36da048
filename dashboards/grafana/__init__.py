"""Grafana boards generated from the metric registry, and their provisioning files."""
