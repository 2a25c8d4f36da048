"""From recordings and live samples to everything that is known about a run."""
