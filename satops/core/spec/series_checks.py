"""The checks of a series' document: its axes and keys, and what it stands for."""

from satops.core.check import Check, When

_RULE = "satops' own rule"

OTHER_COUNT = Check(
    "M01",
    "the document stands for another number of orders",
    when=When.READ,
    meaning="`expect` is exact: how many orders the document stands for. So the amount shows in "
    "the change that is reviewed, also where an AOI file has grown in another one.",
    source=_RULE,
    remedy="Look at what was added or is missing; if it is meant, write the number in the message.",
    example="expect: 24, and the AOI file has a port more",
)
BAD_KEY = Check(
    "M02",
    "not the key of a member",
    when=When.READ,
    meaning="A key is missing, stands twice, or has characters that no name of an order may have. "
    "It is never turned into another one: two places could become one.",
    source="tools that made two objects one by changing their keys",
    remedy="Give each feature a property of small letters, digits, dashes and underscores, unlike "
    "all others.",
    example='{"port": "Port of Genoa"}',
)
BAD_WINDOWS = Check(
    "M03",
    "windows that cannot be made",
    when=When.READ,
    meaning="A range of months, weeks or days, or a repetition, names no windows.",
    source="ISO 8601 for weeks and repetitions",
    remedy="Write both ends, the first one first.",
    example="months: 2027-13/2027-01",
)
SET_TWICE = Check(
    "M04",
    "a field is set in two places",
    when=When.READ,
    meaning="A field of the order is set by `order` or by one axis. Which of two is meant cannot "
    "be known.",
    source=_RULE,
    remedy="Remove one of the two.",
    example="maxCloud both in `order` and in a key of the axis `sensor`",
)
NO_MATCH = Check(
    "M05",
    "a choice that matches no member",
    when=When.READ,
    meaning="An `except`, `since`, `renamed` or `where` names an axis, a key or a range that the "
    "series does not have, or that leaves nothing to choose. What it was meant to keep out would "
    "be bought.",
    source=_RULE,
    remedy="Correct the key, or take the line out.",
    example="except: [{port: sgpp}]",
)
WRONG_SIZE = Check(
    "M06",
    "a series of no members, or of too many",
    when=When.READ,
    meaning="The keys of all axes, multiplied, are none or more than 10,000.",
    source="satops' own limit",
    remedy="Write several series; a document that stands for no order can be deleted.",
    example="1,000 places, each on 365 days",
)
NAMES_MEET = Check(
    "M07",
    "a name that could be that of a member",
    when=When.READ,
    meaning="Members are called SERIES.KEY.KEY. So the name of a series has no dot, and no other "
    "order's name begins with the name of a series and a dot: one would be taken for the other.",
    source=_RULE,
    remedy="Choose another name.",
    example="name: ports.2027, beside `each`",
)
