"""Stand-ins for the outside world, with the same file names as the ports and adapters."""
