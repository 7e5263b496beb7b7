"""AOI files that need GDAL, read in a process of their own."""
