"""Ankle rolls."""
