"""Events are read back as they were written, and what is none of them is refused."""

from typing import Any, get_args

import pytest

from satops.core import json_text
from satops.core.json_text import Raw
from satops.core.ledger.chain import FORMAT, decode
from satops.core.ledger.events import (
    DeliveryFetched,
    DoubtCorrected,
    DoubtSettled,
    Event,
    ForeignNoted,
    LedgerClosed,
    LedgerRestored,
    MarketplaceMoved,
    NoticesSent,
    OrderAdopted,
    OrderCarried,
    PurchaseCompared,
    Refreshed,
    RunFinished,
    StatusObserved,
    SubmissionIntended,
    SubmissionLeftInDoubt,
    SubmissionNotSent,
    SubmissionPlaced,
    SubmissionProbed,
    SubmissionRejected,
    order_fields,
)
from satops.core.ledger.recorded import read
from satops.errors import LedgerCorrupt
from tests.chains import FOOTPRINT, RUN, SOURCE, STARTED, altered, chain, intended, order, placed

_DOUBT = SubmissionLeftInDoubt("a", 1, "cut", "no byte", "d" * 64, "PROG_9")
_KEYS = (("port", "sgp"), ("month", "2031-01"))
_AXES = ({"name": "port", "kind": "features"}, {"name": "month", "kind": "months"})
_MEMBER: dict[str, Any] = {
    "order_digest": order().digest, "source": json_text.raw(SOURCE), "footprint": FOOTPRINT,
    "labels": {"team": "ports"}, "estimated_cost": 12.0, "currency": "EUR", "captures": 3,
    "series": "ports", "keys": _KEYS, "axes": _AXES,
}  # fmt: skip
EVERY: list[Event] = [
    STARTED,
    RUN,
    SubmissionIntended(
        name="a", attempt=1, order=Raw(order().canonical), request="{}",
        until="2031-05-06T07:13:09Z", approvals=("Ada", "Lan"), committed=True, **_MEMBER,
    ),
    SubmissionProbed("a", 1, "d" * 64, "2031-05-06T07:23:09Z", "Ada"),
    placed("a"),
    SubmissionRejected("a", 1, 400, "no"),
    SubmissionNotSent("a", 1, "refused"),
    _DOUBT,
    DoubtSettled("a", 1, placed=False, by="Ada", because="seen", evidence={"looks": 3}),
    DoubtCorrected("a", 1, {"seq": 4, "digest": "d" * 64}, placed=False, by="Ada", because="x"),
    OrderAdopted("b", "PROG_b", "Ada", "by phone", **_MEMBER),
    OrderCarried("c", "placed", "2031-05-06T07:08:09Z", True, "PROG_c", ("PROG_d",), **_MEMBER),
    ForeignNoted("PROG_e", "Ada", "not ours"),
    PurchaseCompared("a", "PROG_a", ("maxCloud",)),
    StatusObserved("a", "PROG_a", 2, 18.5, "EUR"),
    Refreshed(3, ("PROG_a",)),
    DeliveryFetched("a", "PROG_a", "1", 10, "d" * 64, "image/tiff", "https://example.test/1"),
    NoticesSent("HOOK", 4),
    MarketplaceMoved("https://example.test", "Ada", "a new host"),
    LedgerClosed("git:elsewhere", "Ada"),
    LedgerRestored({"seq": 4, "head": "d" * 64}, "Ada", "the disk", ("PROG_f",)),
    RunFinished(1, 1, 0, 0, 0),
]  # fmt: skip


def test_every_kind_is_read_back_as_it_was_written() -> None:
    assert [type(event) for event in EVERY] == list(get_args(Event))
    lines, head = chain(*EVERY)
    found = list(read(lines))
    assert chain(*(each.event for each in found)) == (lines, head)
    assert [each.kind for each in found] == [type(event).__name__ for event in EVERY]
    assert {(each.run, each.time) for each in found} == {("run-1", "2031-05-06T07:08:09Z")}
    assert found[-1].head == head


def test_an_intent_holds_the_order_that_was_written() -> None:
    (found,) = read(chain(intended("a"))[0])
    written = intended("a").order
    assert isinstance(found.event, SubmissionIntended)
    assert bytes(found.event.order) == bytes(written) == order().canonical
    assert order_fields(written) == json_text.loads(order().canonical)


def test_a_field_of_a_newer_satops_is_kept_beside_the_event() -> None:
    lines, _ = chain(STARTED, placed("a"))
    *_, found = read(altered(lines, 2, b'"order_no"', b'"weather":"fine","order_no"'))
    assert isinstance(found.event, SubmissionPlaced)
    assert found.event.order_no == "PROG_a"
    assert found.fields["weather"] == "fine"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            b'"order_no"',
            b'"number"',
            "a whole SubmissionPlaced: Object missing required field `order_no`.",
        ),
        (b'"PROG_a"', b"7", "SubmissionPlaced: Expected `str`, got `int` - at `$.order_no`."),
        (
            b'"attempt":1',
            b'"attempt":true',
            "SubmissionPlaced: Expected `int`, got `bool` - at `$.attempt`.",
        ),
        (
            b'"attempt":1',
            b'"attempt":1.0',
            "SubmissionPlaced: Expected `int`, got `float` - at `$.attempt`.",
        ),
        (
            b'"name":"a"',
            b'"name":null',
            "SubmissionPlaced: Expected `str`, got `null` - at `$.name`.",
        ),
        (b'"run":"run-1"', b'"run":7', "SubmissionPlaced: Expected `str`, got `int` - at `$.run`."),
        (b'"run":"run-1",', b"", "a whole SubmissionPlaced: its `time` or `run` is missing"),
        (b'"kind":"SubmissionPlaced"', b'"kind":{}', "not known to this version of satops"),
        (b'"kind":"SubmissionPlaced"', b'"kind":"Paid"', "the kind 'Paid' is not known to this"),
    ],
)
def test_a_line_that_is_not_its_event_is_named_with_the_field(
    old: bytes, new: bytes, message: str
) -> None:
    lines, _ = chain(STARTED, placed("a"))
    with pytest.raises(LedgerCorrupt) as caught:
        list(read(altered(lines, 2, old, new)))
    assert str(caught.value).startswith("Line 2 of the ledger is not ")
    assert message in str(caught.value)


_NEWER = b'"format":"satops.ledger/2","tool":"satops 7.1"'


@pytest.mark.parametrize(
    ("old", "new", "way_on"),
    [
        (b'"format":"satops.ledger/1"', _NEWER, "    pip install 'satops>=7.1'"),
        (b"satops.ledger/1", b"satops.ledger/2", "    pip install --upgrade satops"),
        (
            b'"format":"satops.ledger/1"',
            b'"format":"satops.ledger/2","tool":"satops 7; rm -rf ~"',
            "    pip install --upgrade satops",
        ),
    ],
)
def test_a_line_of_a_newer_format_is_refused_with_the_version_to_take(
    old: bytes, new: bytes, way_on: str
) -> None:
    lines, _ = chain(STARTED, placed("a"))
    with pytest.raises(LedgerCorrupt, match=r"this version of satops reads") as caught:
        list(read(altered(lines, 2, old, new)))
    assert str(caught.value).splitlines()[-1] == way_on


def test_a_kind_that_came_later_is_refused_with_the_version_that_wrote_it() -> None:
    lines, _ = chain(STARTED)
    begun = altered(lines, 1, b"satops test", b"satops 0.9.2")
    more, _ = chain(placed("a"), head=list(decode(begun))[-1].head)
    with pytest.raises(LedgerCorrupt, match=r"(?s)'Paid' is not known .*satops>=0\.9\.2'"):
        list(read([*begun, *altered(more, 1, b'"SubmissionPlaced"', b'"Paid"')]))


def test_what_is_no_format_of_ours_names_no_version_to_take() -> None:
    lines = altered(chain(STARTED)[0], 1, b'"satops.ledger/1"', b'"planet"')
    with pytest.raises(LedgerCorrupt, match=r"has the format 'planet'; .* '.*'\.$"):
        list(decode(lines))


def test_a_line_of_an_older_format_is_lifted_step_by_step() -> None:
    lines = altered(chain(STARTED)[0], 1, b'"satops.ledger/1"', b'"satops.ledger/older"')
    lifts = {
        "satops.ledger/older": lambda fields: {**fields, "format": "satops.ledger/old"},
        "satops.ledger/old": lambda fields: {**fields, "format": FORMAT, "ledger": "lifted"},
    }
    (line,) = decode(lines, lifts=lifts)
    assert (line.fields["format"], line.fields["ledger"], line.seq) == (FORMAT, "lifted", 1)
    with pytest.raises(LedgerCorrupt, match="ledger/old'"):
        list(decode(lines, lifts={"satops.ledger/older": lifts["satops.ledger/older"]}))
