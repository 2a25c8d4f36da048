"""Sensor readings into clean samples: recordings from files, with what was found and repaired said in words."""
