"""Download targets: a folder, or object storage."""
