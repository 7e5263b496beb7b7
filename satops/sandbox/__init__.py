"""A local marketplace that speaks the documented API, with faults on demand."""
