"""Polygons: read from every form of a spec, and measured on the WGS 84 ellipsoid.

`forms` reads any form; `geojson`, `wkt`, `rings` and `circle` are its parts.  `shapes` tests and
measures many polygons at once.  Only `circle` and `shapes` import numpy, pyproj and shapely, at
their first use: reading a polygon needs none of them.

No footprint is ever repaired.  Harmless changes are reported as `info`.
"""
