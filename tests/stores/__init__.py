"""What is special to the stores that are servers."""
