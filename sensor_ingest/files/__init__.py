"""Recordings made by other devices, read from files."""
