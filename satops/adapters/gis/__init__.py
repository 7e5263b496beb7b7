"""Readers of AOI files of map programs, in a process of their own."""
