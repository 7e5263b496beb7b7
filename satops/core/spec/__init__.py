"""Order specs: one YAML document for each order or series."""
