"""Sensor readings as samples in SI units: from pods over Bluetooth, run folders or CSV files."""
