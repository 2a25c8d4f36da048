"""The simulated runner: contacts first, then a foot that moves accordingly, with the truth about every stride."""
