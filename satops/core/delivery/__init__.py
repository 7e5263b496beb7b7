"""Products of placed orders: their links, contents and file names."""
