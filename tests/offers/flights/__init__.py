"""A second marketplace, to show what one is: flights over a field.

The offer has other fields, another canonical form, another request and a check of its own; the
marketplace lives in memory.
"""
