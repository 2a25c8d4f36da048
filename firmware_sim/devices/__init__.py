"""Sensors of other makers as simulated GATT devices, after what is documented of them; no code of the client."""
