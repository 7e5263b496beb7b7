"""What each version wrote, kept as it was: every later one reads it."""
