"""Exporters of the store: InfluxDB, MQTT and a command; all optional, each with its own cursor."""
