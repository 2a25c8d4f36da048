"""Exporters of the store: InfluxDB, MQTT, a command and messages to phones; all optional, each with its own cursor."""
