"""Polygons: read from every form a spec may use, and measured on the WGS 84 ellipsoid.

`forms` reads any form; `geojson`, `wkt`, `rings` and `circle` are its parts.  `shapes` tests and
measures many polygons at once.  Only `circle` and `shapes` import numpy, pyproj and shapely, and
they are imported where they are used: reading a polygon needs none of them.

Nothing here repairs a footprint.  The harmless exceptions are said as `info`.
"""
