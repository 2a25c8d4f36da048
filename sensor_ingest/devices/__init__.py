"""Sensors of other makers: what their bytes mean, told as packets of the pod profile."""
