"""One folder for each marketplace."""
