"""Where products go: a folder, or object storage."""
