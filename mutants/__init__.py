"""`make mutants`: one-line changes of the money path, each of which a test must notice."""
