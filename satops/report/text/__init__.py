"""Reports for people: pure functions from workflow results to lines and tables."""
