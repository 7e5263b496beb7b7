"""Programming orders of the eo-imagery marketplace."""
