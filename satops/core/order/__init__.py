"""What is bought: its canonical form, and how the marketplace words it."""
