"""What lies on this machine's disk."""
