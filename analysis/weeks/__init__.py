"""What holds over weeks: how legs feel, what a runner does, and what to say of both. Pure functions of past entries."""
