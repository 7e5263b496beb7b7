"""What would be done, and within which limits."""
