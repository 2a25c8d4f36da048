"""Plans over weeks: what stored runs and typed answers say of a runner's sessions, and what comes next."""
