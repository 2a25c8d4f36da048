"""Load that moves from one side to the other, and what else changes in the course of a run."""
