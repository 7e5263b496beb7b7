"""A local marketplace with the documented API, and faults on demand."""
