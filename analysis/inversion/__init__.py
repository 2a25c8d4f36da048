"""Inversion events (ankle rolls) of one foot."""
