"""Reports for people: pure functions from the values of the workflows to lines and tables."""
