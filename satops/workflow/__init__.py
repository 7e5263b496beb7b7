"""One file per verb.  Each takes its ports as arguments and returns a value."""
