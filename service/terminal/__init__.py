"""Terminal output: tables, the live screen, the summary."""
