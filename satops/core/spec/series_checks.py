"""The checks of a series: its axes, keys and number of members."""

from satops.core.check import Check, When
from satops.core.problem import Severity
from satops.core.safe import shown

_RULE = "satops' own rule"

OTHER_COUNT = Check(
    "M01",
    "the document stands for another number of orders",
    when=When.READ,
    meaning="`expect` is the exact number of orders that the document makes. So a change of the "
    "number shows in the review, also when only an AOI file has grown.",
    source=_RULE,
    remedy="Look at what was added or is missing; if it is meant, write the number in the message.",
    example="expect: 24, and the AOI file has a port more",
)
BAD_KEY = Check(
    "M02",
    "not the key of a member",
    when=When.READ,
    meaning="A key is missing, stands twice, or has characters that an order's name cannot have. "
    "satops never changes a key to fit, since two places could then get the same one.",
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
    meaning="A field of the order is set twice: by `order` and by an axis, or by two axes. "
    "satops cannot know which one is meant.",
    source=_RULE,
    remedy="Remove one of the two.",
    example="maxCloud both in `order` and in a key of the axis `sensor`",
)
NO_MATCH = Check(
    "M05",
    "a choice that matches no member",
    when=When.READ,
    meaning="An `except`, `since`, `renamed` or `where` names an axis, a key or a range that the "
    "series does not have, or leaves no member. Members that it was meant to leave out would be "
    "bought.",
    source=_RULE,
    remedy="Correct the key, or take the line out.",
    example="except: [{port: sgpp}]",
)
WRONG_SIZE = Check(
    "M06",
    "a series of no members, or of too many",
    when=When.READ,
    meaning="The number of keys of all axes, multiplied, is 0 or more than 10,000.",
    source="satops' own limit",
    remedy="Write several series; a document that stands for no order can be deleted.",
    example="1,000 places, each on 365 days",
)
NAMES_MEET = Check(
    "M07",
    "a name that could be that of a member",
    when=When.READ,
    meaning="A member's name is SERIES.KEY.KEY. So the name of a series has no dot, and no other "
    "order's name begins with the name of a series and a dot. Otherwise one could be mistaken "
    "for the other.",
    source=_RULE,
    remedy="Choose another name.",
    example="name: ports.2027, beside `each`",
)
FROZEN = Check(
    "M08",
    "the axes of a series that was bought from have changed",
    when=When.LEDGER,
    meaning="The axes make the names of the members. Once a member is placed, or may be, the "
    "axes' names, order and kind must stay. With others every member would be new, and all would "
    "be bought again. Keys may be added and removed, and a range may grow at either end.",
    source="tools that made all objects anew when a key of one loop was added",
    remedy="Put the axes back; for what is new, write a second series.",
    example="each: {month: ..., port: ...}, where it was {port: ..., month: ...}",
)
IN_CONFLICT = Check(
    "M09",
    "placed members of a series were edited",
    when=When.LEDGER,
    meaning="The change of a field, an axis or a window would change placed orders, which cannot "
    "be changed. Until you restore the values, satops creates no new member of the series; where "
    "only the outline of one key has changed, it creates none of that key.",
    source="the marketplace's documentation; satops' own rule",
    remedy="Put the old values back; for the new ones, write a second series, or a new key.",
    example="maxCloud under `order`, after some months were bought",
)
OTHER_KEY = Check(
    "M10",
    "a member that may be bought already under another key",
    when=When.LEDGER,
    meaning="A new member covers the same ground, at the same time and in the same mode, as a "
    "placed member that the series no longer has. If its key was renamed, the order would be "
    "bought again.",
    source="tools that made objects anew when a key was renamed",
    remedy="Write `renamed: {AXIS: {OLD: NEW}}`, so that the members keep their names; or "
    "acknowledge M10 where both are wanted.",
    example="key: unlocode, where it was `key: port`",
    acknowledgeable=True,
)
OVER = Check(
    "M11",
    "members of a series whose window is over were never placed",
    when=When.LEDGER,
    meaning="Nothing can be bought for a window that is over. This is a warning, since other "
    "members of the series are placed or can still be bought.",
    source="logic",
    remedy="Paste the lines in the message, so that the document stands for what it can.",
    example="a port that was added in April to a series of the whole year",
    severity=Severity.WARNING,
    acknowledgeable=True,
)


def like_a_member(name: str, series: str, where: str) -> str:
    """Return why a spec of its own may not have a name like a member's; `where` is the series'
    position.
    """
    return (
        f"{shown(name)} begins as the names of the members of the series {shown(series)} "
        f"{where} do, and could be taken for one of them. Give one of the two another name; what "
        "was bought keeps its own."
    )
