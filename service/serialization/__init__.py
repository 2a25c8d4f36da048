"""How results look outside: JSON, CSV, SQLite rows, line protocol, MQTT messages, alerts."""
