"""A run on disk: journal, packet order, clock mapping, replay."""
