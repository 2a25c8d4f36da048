"""What people type: who they are, how they feel, in what they ran, and whom they let see it."""
