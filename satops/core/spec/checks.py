"""The checks of a document: fields, names, texts, acknowledgements."""

from collections.abc import Mapping
from types import MappingProxyType

from satops.core.check import Check, When
from satops.core.problem import Severity

_SCHEMAS = "schema/order.schema.json and schema/config.schema.json"

_CHECKS = (
    Check(
        "V01",
        "A field is not known here",
        when=When.READ,
        meaning="satops reads no field of this name, so it is mostly misspelt. A misspelt limit "
        "or date would silently have no effect.",
        source=_SCHEMAS,
        remedy="Correct the name; the message offers the nearest one.",
        example="order: {maxClouds: 20}",
    ),
    Check(
        "V02",
        "A field is missing",
        when=When.READ,
        meaning="An order without it cannot be bought.",
        source="the marketplace's create page",
        remedy="Write the field.",
        example="an order without endDate",
    ),
    Check(
        "V03",
        "A value is of the wrong kind",
        when=When.READ,
        meaning="The value has another type than the field: a text in place of a number, or a "
        "list in place of a text. satops does not convert it, so that the reviewer sees what is "
        "sent.",
        source=_SCHEMAS,
        remedy="Write the value as the message says; numbers have no quotes.",
        example='maxCloud: "20"',
    ),
    Check(
        "V04",
        "A value is not one of those allowed",
        when=When.READ,
        meaning="The marketplace documents a few values for this field, and takes no other.",
        source="the marketplace's create page",
        remedy="Take one of the values in the message.",
        example="provider: jilin",
    ),
    Check(
        "V05",
        "A number is out of range",
        when=When.READ,
        meaning="The number is below or above the range of the field.",
        source="the marketplace's create page",
        remedy="Take a number within the range.",
        example="maxCloud: 120",
    ),
    Check(
        "V06",
        "A text does not have the right form",
        when=When.READ,
        meaning="The text is empty, too long, or not in the form that the field needs.",
        source=_SCHEMAS,
        remedy="Write it as the message says.",
        example='description: ""',
    ),
    Check(
        "V07",
        "A list or group has the wrong length",
        when=When.READ,
        meaning="There are too few or too many items, or the same item twice.",
        source=_SCHEMAS,
        remedy="Add or remove parts.",
        example="geometry: {bbox: [5, 45, 6]}",
    ),
    Check(
        "V08",
        "Fields do not go together",
        when=When.READ,
        meaning="One field needs another one, or excludes it.",
        source=_SCHEMAS,
        remedy="Write both, or leave one out.",
        example="geometry: {bbox: [5, 45, 6, 46], file: aoi.geojson}",
    ),
    Check(
        "V09",
        "A value has none of the forms allowed",
        when=When.READ,
        meaning="The field can be written in several forms, and this is none of them.",
        source=_SCHEMAS,
        remedy="Take one of the forms in the message.",
        example="geometry: {lat: 45, lon: 5}",
    ),
    Check(
        "V10",
        "The document has more problems",
        when=When.READ,
        meaning="The first fifty problems of a document are shown.",
        source="satops' own limit",
        remedy="Mend those that are shown, and look again.",
        example="a document that is no spec at all",
    ),
)

CHECKS: Mapping[str, Check] = MappingProxyType({check.code: check for check in _CHECKS})
"""Checks of a document's fields, by code."""

NAME_TWICE = Check(
    "N01",
    "the name is used twice",
    when=When.READ,
    meaning="The name identifies an order. Two specs with one name would be one order.",
    source="satops' own rule",
    remedy="Give one of them another name.",
    example="name: port-2026-12",
)
NOT_A_NAME = Check(
    "N02",
    "not a name",
    when=When.READ,
    meaning="A name, or the key of a label, has characters that are not safe in files, tables and "
    "shells.",
    source="satops' own rule",
    remedy="Use small letters, digits, dots, underscores and dashes.",
    example="name: Port of Genoa",
)
NOT_A_LABEL = NOT_A_NAME.variant("not a label")
UNSEEN = Check(
    "N03",
    "a character that cannot be seen",
    when=When.READ,
    meaning="Control characters and overrides of the text direction can show a reviewer another "
    "text than the machine reads.",
    source="Unicode Technical Report 36",
    remedy="Remove the character.",
    example='description: "\\u202Eabc"',
)
SUPERSEDES_ITSELF = Check(
    "N04",
    "supersedes itself",
    when=When.READ,
    meaning="An order cannot replace itself.",
    source="satops' own rule",
    remedy="Give the name of the earlier order.",
    example="{name: port, supersedes: port}",
)
NOT_A_CODE = Check(
    "N05",
    "not the code of a check",
    when=When.READ,
    meaning="An acknowledgement names something that is not the code of a check.",
    source="satops' own rule",
    remedy="Write a code such as A09; `satops explain` lists them.",
    example='acknowledge: [{check: "too wide", reason: "wanted"}]',
)
IDLE = Check(
    "K01",
    "an acknowledgement that accepts nothing",
    when=When.READ,
    meaning="A spec acknowledges a check that finds nothing here, that does not exist, or that "
    "cannot be acknowledged. A reader of the spec would believe that there is something to "
    "accept.",
    source="satops' own rule",
    remedy="Take the acknowledgement out, or correct its code.",
    example='acknowledge: [{check: A07, reason: "small on purpose"}]',
    severity=Severity.WARNING,
)
