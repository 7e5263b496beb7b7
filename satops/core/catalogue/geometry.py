"""Entries about the shape of an AOI: G."""

from satops.core.catalogue.entry import Entry
from satops.core.problem import Severity

ENTRIES = (
    Entry(
        "G01",
        "not a polygon",
        "An order is for one polygon: no line, point, collection, or text that cannot be read.",
        "the marketplace's create page; Capella and UP42 accept polygons only",
        "Draw a polygon, or use {bbox: ...} or {point: ..., radiusKm: ...}.",
        "geometry: {type: LineString, coordinates: [[105, 21], [106, 22]]}",
    ),
    Entry(
        "G02",
        "several polygons",
        "A MultiPolygon of several parts is several orders. One of a single part is taken as a "
        "polygon, and said so.",
        "the marketplace's create page takes one geometry; Capella and SkyWatch refuse several",
        "Write one spec for each part: `satops aoi FILE --split DIR` does it.",
        "geometry: {type: MultiPolygon, coordinates: [...]}",
    ),
    Entry(
        "G03",
        "a ring without an area",
        "A ring needs three distinct corners that are not on one line. A missing closing point is "
        "added, and said so.",
        "RFC 7946, 3.1.6",
        "Draw the outline again.",
        "geometry: {type: Polygon, coordinates: [[[105, 21], [106, 22], [105, 21]]]}",
    ),
    Entry(
        "G05",
        "the outline crosses itself",
        "A bow-tie has no clear inside. A silent repair can delete half of the area.",
        "OGC Simple Features, 6.1.11",
        "Draw the outline again; the message gives a point that is near the crossing.",
        "POLYGON ((0 0, 1 1, 1 0, 0 1, 0 0))",
    ),
    Entry(
        "G06",
        "corners that add nothing",
        "The same corner stands twice in a row, or the outline runs out and comes back on itself "
        "(a spike). Both are mostly slips of drawing, and some sellers refuse them.",
        "UP42 refuses duplicate corners",
        "Remove the corner that is named.",
        "POLYGON ((5 45, 5.1 45, 5.1 45, 5.1 45.1, 5 45.1, 5 45))",
        severity=Severity.WARNING,
        acknowledgeable=True,
    ),
    Entry(
        "G07",
        "a polygon with holes",
        "The marketplace does not say whether holes are billed. Satellites image them all the "
        "same, and other sellers refuse them.",
        "Capella, SkyWatch and UP42 refuse holes",
        "Leave the holes out, or acknowledge that they may be billed.",
        "POLYGON ((5 45, 6 45, 6 46, 5 46, 5 45), (5.1 45.1, 5.1 45.2, 5.2 45.1, 5.1 45.1))",
        severity=Severity.WARNING,
        acknowledgeable=True,
    ),
    Entry(
        "G08",
        "heights in the geometry",
        "An order is a flat outline. Heights that are all 0, as KML writes them, are left out, "
        "and said so; others are refused, since they may mean something.",
        "RFC 7946, 3.1.1",
        "Export the outline in two dimensions.",
        "POLYGON Z ((5 45 120, 5.1 45 120, 5.1 45.1 120, 5 45 120))",
    ),
    Entry(
        "G09",
        "coordinates rounded",
        "Coordinates are kept at 7 decimals, about one centimetre.",
        "RFC 7946, 11.2",
        "Nothing to do.",
        "105.123456789",
        severity=Severity.INFO,
    ),
    Entry(
        "G10",
        "many corners",
        "Sellers refuse outlines with more corners than a few hundred. The message says what a "
        "simpler outline would change. A polygon of more than satops itself can take is an error.",
        "Capella 250, SkyWatch, SkyFi and Planet 500, UP42 999",
        "Simplify the outline in a map program, and look at the result before ordering.",
        "a coastline with 20,000 corners",
        severity=Severity.WARNING,
        acknowledgeable=True,
        thresholds=("max_vertices",),
    ),
    Entry(
        "G11",
        "not in degrees of WGS 84",
        "The coordinates are metres of a projection, or the file names another reference system.",
        "RFC 7946, 4",
        "Export the outline as WGS 84 (EPSG:4326), longitude first.",
        "POLYGON ((556597 5621521, 567729 5621521, 567729 5632653, 556597 5621521))",
    ),
    Entry(
        "G12",
        "a sliver",
        "The area is much longer than it is wide, and only metres wide: mostly the rest of a cut "
        "between two layers.",
        "UP42 names slivers as faults",
        "Look at the outline on a map. A corridor needs a wider outline around it.",
        "geometry: {bbox: [5, 45, 5.5, 45.0003]}",
        severity=Severity.WARNING,
        acknowledgeable=True,
        thresholds=("min_width_m",),
    ),
    Entry(
        "G13",
        "the outline fills little of its rectangle",
        "An area in the shape of an L or a ring may be imaged, and billed, as the rectangle "
        "around it.",
        "SkyFi takes convex outlines only",
        "If billing goes by rectangles, two orders may cost less than one.",
        "a river valley with a bend",
        severity=Severity.INFO,
        acknowledgeable=True,
    ),
)
