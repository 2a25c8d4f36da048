"""Analysis of recordings and live samples, by runner."""
