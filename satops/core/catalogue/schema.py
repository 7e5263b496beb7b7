"""Entries about the fields of a document: V."""

from satops.core.catalogue.entry import Entry

_SOURCE = "schema/order.schema.json and schema/config.schema.json"

ENTRIES = (
    Entry(
        "V01",
        "A field is not known here",
        "A field that nothing reads is a slip: a limit or a date that is misspelt would have no "
        "effect, and nobody would see it.",
        _SOURCE,
        "Correct the name; the message offers the nearest one.",
        "order: {maxClouds: 20}",
    ),
    Entry(
        "V02",
        "A field is missing",
        "An order without it cannot be bought.",
        "the marketplace's create page",
        "Write the field.",
        "an order without endDate",
    ),
    Entry(
        "V03",
        "A value is of the wrong kind",
        "A text stands where a number is expected, or a list where a text is. satops does not "
        "convert: the reviewer should see what is sent.",
        _SOURCE,
        "Write the value as the message says; numbers have no quotes.",
        'maxCloud: "20"',
    ),
    Entry(
        "V04",
        "A value is not one of those allowed",
        "The marketplace documents a few values for this field, and takes no other.",
        "the marketplace's create page",
        "Take one of the values in the message.",
        "provider: jilin",
    ),
    Entry(
        "V05",
        "A number is out of range",
        "The number is below or above what the field can have.",
        "the marketplace's create page",
        "Take a number within the range.",
        "maxCloud: 120",
    ),
    Entry(
        "V06",
        "A text does not have the right form",
        "The text is empty, too long, or not written as the field needs it.",
        _SOURCE,
        "Write it as the message says.",
        'description: ""',
    ),
    Entry(
        "V07",
        "A list or group has the wrong length",
        "There are too few or too many parts, or the same part twice.",
        _SOURCE,
        "Add or remove parts.",
        "geometry: {bbox: [5, 45, 6]}",
    ),
    Entry(
        "V08",
        "Fields do not go together",
        "One field needs another one, or excludes it.",
        _SOURCE,
        "Write both, or leave one out.",
        "geometry: {bbox: [5, 45, 6, 46], file: aoi.geojson}",
    ),
    Entry(
        "V09",
        "A value has none of the forms allowed",
        "The field can be written in several ways, and this is none of them.",
        _SOURCE,
        "Take one of the forms in the message.",
        "geometry: {lat: 45, lon: 5}",
    ),
    Entry(
        "V10",
        "The document has more problems",
        "The first fifty problems of a document are shown.",
        "satops' own limit",
        "Mend those that are shown, and look again.",
        "a document that is no spec at all",
    ),
)
