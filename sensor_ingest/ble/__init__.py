"""Pods over Bluetooth Low Energy: discovery, connection, handshake, backfill of what was lost."""
