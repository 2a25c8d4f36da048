"""Gait monitoring for runners with a motion pod on each shoe."""
