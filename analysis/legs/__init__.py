"""What somebody does on one leg, standing: calf raises and balance. Tried on simulated feet only."""
