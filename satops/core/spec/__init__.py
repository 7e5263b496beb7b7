"""What a person writes: one YAML document an order."""
