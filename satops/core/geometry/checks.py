"""The checks of reading a geometry, from any of its forms to the rings of one polygon."""

from satops.core.check import Check, When
from satops.core.loading.checks import CHECKS as LOADING
from satops.core.problem import Severity

NO_POLYGON = Check(
    "G01",
    "not a polygon",
    when=When.READ,
    meaning="An order is for one polygon. satops refuses a line, a point, a collection, and text "
    "that it cannot read.",
    source="the marketplace's create page; Capella and UP42 accept polygons only",
    remedy="Draw a polygon, or use {bbox: ...} or {point: ..., radiusKm: ...}.",
    example="geometry: {type: LineString, coordinates: [[105, 21], [106, 22]]}",
)
NO_POLYGON_TEXT = NO_POLYGON.variant("not the text of a polygon")
NO_NUMBER = NO_POLYGON.variant("a coordinate is not a number")
NO_COORDINATES = NO_POLYGON.variant("not the coordinates of a polygon")
SEVERAL_FORMS = NO_POLYGON.variant("several forms of a geometry")
POLE_INSIDE = NO_POLYGON.variant("a pole inside")
CURVES = NO_POLYGON.variant("curves in the geometry")
CURVED_FILE = NO_POLYGON.variant("curves in the AOI file")
PLACEHOLDER = NO_POLYGON.variant("a placeholder of a template")
OTHER_FORMAT = NO_POLYGON.variant("another format")
NO_TYPE = NO_POLYGON.variant("a geometry without its type")
BARE_LIST = NO_POLYGON.variant("a bare list")
WRAPPED = NO_POLYGON.variant("GeoJSON within something else")
MANY_NUMBERS = NO_POLYGON.variant("too many numbers in a point")
PREFIX = NO_POLYGON.variant("a prefix before the well-known text")

SEVERAL_POLYGONS = Check(
    "G02",
    "several polygons",
    when=When.READ,
    meaning="A MultiPolygon of several parts is several orders. satops takes one of a single "
    "part as a polygon, and says so.",
    source="the marketplace's create page takes one geometry; Capella and SkyWatch refuse several",
    remedy="Write one spec for each part: `satops aoi FILE --split DIR` does it.",
    example="geometry: {type: MultiPolygon, coordinates: [...]}",
)
SEVERAL_FEATURES = SEVERAL_POLYGONS.variant("several features")
SEVERAL_OUTLINES = SEVERAL_POLYGONS.variant("several outlines in one text")
MIXED = SEVERAL_POLYGONS.variant("a polygon with other geometries")
ONE_IN_COLLECTION = SEVERAL_POLYGONS.variant("GeometryCollection of one polygon", Severity.INFO)
ONE_PART = SEVERAL_POLYGONS.variant("MultiPolygon of one part", Severity.INFO)

RING_WITHOUT_AREA = Check(
    "G03",
    "a ring without an area",
    when=When.READ,
    meaning="A ring needs three distinct corners that are not on one line. satops adds a missing "
    "closing point, and says so.",
    source="RFC 7946, 3.1.6",
    remedy="Draw the outline again.",
    example="geometry: {type: Polygon, coordinates: [[[105, 21], [106, 22], [105, 21]]]}",
)
FEW_CORNERS = RING_WITHOUT_AREA.variant("too few corners")
NO_AREA = RING_WITHOUT_AREA.variant("no area")
CLOSED = RING_WITHOUT_AREA.variant("closing point added", Severity.INFO)

CROSSES_ITSELF = Check(
    "G05",
    "the outline crosses itself",
    when=When.READ,
    meaning="A bow-tie has no clear inside. A silent repair can delete half of the area.",
    source="OGC Simple Features, 6.1.11",
    remedy="Draw the outline again; the message gives a point that is near the crossing.",
    example="POLYGON ((0 0, 1 1, 1 0, 0 1, 0 0))",
)
HEIGHTS = Check(
    "G08",
    "heights in the geometry",
    when=When.READ,
    meaning="An order is a flat outline. satops leaves out heights and measures, the third and "
    "fourth number of a point, where all are 0 or empty, and says so. It refuses others, since "
    "they may mean something.",
    source="RFC 7946, 3.1.1",
    remedy="Write points of two numbers: `satops aoi FILE --convert OUT --drop-heights` does it.",
    example="POLYGON Z ((5 45 120, 5.1 45 120, 5.1 45.1 120, 5 45 120))",
)
NOT_FLAT = {kind: HEIGHTS.variant(f"a {kind} that is not 0") for kind in ("height", "measure")}
LEFT_OUT = {
    kinds: HEIGHTS.variant(f"{kinds} left out", Severity.INFO)
    for kinds in ("heights", "measures", "heights and measures")
}
"""By the content of the positions."""

ROUNDED = Check(
    "G09",
    "coordinates rounded",
    when=When.READ,
    meaning="satops keeps coordinates at 7 decimals, about one centimetre.",
    source="RFC 7946, 11.2",
    remedy="Nothing to do.",
    example="105.123456789",
    severity=Severity.INFO,
)
NOT_WGS84 = Check(
    "G11",
    "not in degrees of WGS 84",
    when=When.READ,
    meaning="The coordinates are metres of a projection, or the file names another reference "
    "system, names none, or names one that its numbers contradict.",
    source="RFC 7946, 4",
    remedy="Convert the outline to WGS 84 (EPSG:4326), longitude first: `satops aoi FILE --convert "
    "OUT` does it.",
    example="POLYGON ((556597 5621521, 567729 5621521, 567729 5632653, 556597 5621521))",
)
UNKNOWN_SYSTEM = NOT_WGS84.variant("the reference system is not known")
CONTRADICTION = NOT_WGS84.variant("the numbers contradict the reference system")
NOT_DEGREES = NOT_WGS84.variant("not in degrees")
A_CRS = NOT_WGS84.variant("a crs member")
NEEDLESS_CRS = NOT_WGS84.variant("a needless crs member", Severity.INFO)

OFF_THE_MAP = Check(
    "A01",
    "outside longitude and latitude",
    when=When.READ,
    meaning="A longitude lies between -180 and 180, a latitude between -90 and 90. Where "
    "exchanging the two would fit, the message says so.",
    source="RFC 7946, 3.1.1",
    remedy="Write the longitude first.",
    example="geometry: {bbox: [21.0, 105.8, 21.1, 105.9]}",
)
BOX_OFF_THE_MAP = OFF_THE_MAP.variant("the bbox leaves longitude and latitude")
SWAPPED = OFF_THE_MAP.variant("latitude and longitude are swapped")

ANTIMERIDIAN = Check(
    "A04",
    "crosses the antimeridian",
    when=When.READ,
    meaning="An outline that crosses 180 degrees reads as one around the whole Earth.",
    source="RFC 7946, 3.1.9",
    remedy="Write two orders, one for each side: `satops aoi FILE --split DIR` does it.",
    example="geometry: {bbox: [179, -17, -179, -16]}",
)
BEYOND_180 = ANTIMERIDIAN.variant("longitude beyond 180 degrees")
WIDER_THAN_180 = ANTIMERIDIAN.variant("wider than 180 degrees")
ROUND_A_POLE = ANTIMERIDIAN.variant("runs round a pole")

LONE_POINT = Check(
    "A12",
    "a point without a radius",
    when=When.READ,
    meaning="A point has no area, and an order needs one.",
    source="Planet images 2 km around a point; satops does not guess",
    remedy="Write {point: [longitude, latitude], radiusKm: 5}.",
    example="geometry: {point: [105.85, 21.03]}",
)
AOI_UNREADABLE = Check(
    "F01",
    "the AOI file cannot be read",
    when=When.READ,
    meaning="The file that a spec refers to is missing, lies outside of the repository, or is no "
    "GeoJSON, WKT, KML, KMZ, GeoPackage or zipped Shapefile. Or it can show another outline the "
    "next time it is read.",
    source="satops' own rule",
    remedy="Correct the path, which is relative to the spec, or convert the file. `satops aoi "
    "FILE` shows what is in it.",
    example="geometry: {file: ../aois/missing.geojson}",
)
ALIVE_LAYER = AOI_UNREADABLE.variant("a layer that can change by itself")
OUT_OF_TIME = AOI_UNREADABLE.variant("no time is left for AOI files")
OTHER_FILE_FORMAT = AOI_UNREADABLE.variant("another format")

NO_SUCH_FEATURE = Check(
    "F02",
    "no such feature",
    when=When.READ,
    meaning="The file has several features, and the spec names none of them, or an id that no "
    "feature or more than one has. satops never silently takes the first feature.",
    source="reports of tools that imaged the wrong one of several areas",
    remedy="Write `feature:` with an id of the file; `satops aoi FILE` lists them.",
    example="geometry: {file: ../aois/rivers.geojson, feature: delta-west}",
)
NAMES_UNREAD = NO_SUCH_FEATURE.variant("names that cannot be read", Severity.WARNING)
FEATURE_TWICE = NO_SUCH_FEATURE.variant("the feature is not unique")
WHICH_FEATURE = NO_SUCH_FEATURE.variant("several features")

MANY_CORNERS = LOADING["L08"].variant("too many corners")
LARGE_AOI = LOADING["L08"].variant("the AOI file is too large")
