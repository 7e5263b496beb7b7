"""One folder for each marketplace's kind of order: what it is, pure, without asking anybody."""
