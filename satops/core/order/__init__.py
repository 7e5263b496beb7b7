"""Orders: their canonical form, and their form at the marketplace."""
