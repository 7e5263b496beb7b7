"""AOI files of map programs, read in a process of their own."""
