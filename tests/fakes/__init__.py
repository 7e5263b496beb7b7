"""Stand-ins for the outside world, deterministic, with the same file names as ports and adapters."""
