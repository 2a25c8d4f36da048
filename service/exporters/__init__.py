"""Copies of the store for other programs: InfluxDB, MQTT and a command; each at its own pace, none of them needed."""
