"""Products of placed orders: what a link says, what bytes are, and what a file is called."""
