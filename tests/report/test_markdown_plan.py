import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from satops.core.ledger.state import Standing
from satops.core.plan.changes import Change
from satops.core.plan.plan import Action, ActionKind, LimitRoom, Plan, Refusal
from satops.core.problem import Severity
from satops.core.spec.spec import Acknowledgement
from satops.core.words import number
from satops.report.markdown import LIMIT, SUMMARY_LIMIT, render
from satops.report.markdown.maps import CORNERS_MAX
from satops.report.markdown.plan import ROWS_MAX
from tests.report.forge import HOSTILE, Page, check_page
from tests.report.outlines import create, creates, spec_of, star
from tests.report.samples import action, known, plan, problem
from tests.report.test_markdown_inert import hostile_texts

CONFLICT = replace(
    action(ActionKind.CONFLICT, "edited", "edited after it was placed: endDate"),
    changes=(Change("endDate", "2031-03-15T00:00:00Z", "2031-03-20T00:00:00Z"),),
)


def page(made: Plan, *, limit: int = LIMIT, currency: str = "") -> Page:
    return check_page(render(made, limit=limit, currency=currency), limit)


def names_on(collection: dict[str, list[dict[str, dict[str, str]]]]) -> list[str]:
    return [feature["properties"]["name"] for feature in collection["features"]]


def test_the_checks_of_an_order_stand_in_its_row_and_not_in_its_neighbours() -> None:
    first, second = (replace(spec_of(name, star(4)), name=name) for name in ("a", "b"))
    found = (
        problem(Severity.WARNING, check="A09", order="b"),
        problem(check="A11", order="a", acknowledged="Agreed."),
        problem(Severity.INFO, check="A06", order="a"),
        problem(check="V01", order="beside-b"),
        problem(check="L12", order=None),
    )
    table = page(plan(create(first), create(second), problems=found)).tables()[1]
    assert [cells[6] for cells in table[1:]] == ["A11 accepted", "warning A09"]


def rows_of(shown: Page) -> list[list[str]]:
    """Return the rows of the table of orders to create."""
    return next((table[1:] for table in shown.tables() if table[0][0] == "Name"), [])


@pytest.mark.parametrize("count", [0, 1, 50, 200])
def test_every_new_order_has_a_row_while_there_is_room(count: int) -> None:
    shown = page(plan(*creates(count)))
    assert [cells[0] for cells in rows_of(shown)] == [f"`order-{k:05}`" for k in range(count)]
    assert shown.tables()[0][1][1] == f"{count:,}"
    if count:
        assert names_on(shown.maps()[0]) == [f"order-{k:05}" for k in range(count)]


def test_of_too_many_orders_the_dearest_are_shown_and_all_are_counted() -> None:
    priced = [replace(a, estimated_cost=float(k)) for k, a in enumerate(creates(5_000), 1)]
    shown = page(plan(*priced))
    rows = rows_of(shown)
    assert [cells[0] for cells in rows[:2]] == ["`order-04999`", "`order-04998`"]
    assert f"Shown: the {len(rows)} largest of 5,000 orders." in shown.source
    (squares,) = shown.maps()
    assert sum(it["properties"]["orders"] for it in squares["features"]) == 5_000
    assert "Each point is a square of " in shown.source
    assert shown.tables()[0][1][1] == "5,000"
    sensors = next(table for table in shown.tables() if table[0][0] == "Sensor")
    assert sensors[1][1] == "5,000"
    assert shown.source.endswith("satops plan --json`\n")


def labelled(name: str, **labels: str) -> Action:
    made = create(spec_of(name, star(5)))
    assert made.spec is not None
    return replace(made, estimated_cost=10.0, spec=replace(made.spec, labels=labels))


def test_what_each_label_comes_to_is_shown_with_what_has_none() -> None:
    made = plan(labelled("a", team="water"), labelled("b", team="water"), labelled("c"))
    table = next(t for t in page(made).tables() if t[0][0] == "Label team")
    assert [(cells[0], cells[1], cells[3]) for cells in table[1:]] == [
        ("none", "1", "about 10.00"),
        ("water", "2", "about 20.00"),
    ]


def test_the_room_left_in_each_limit_is_shown_while_something_is_to_be_bought() -> None:
    rooms = (
        LimitRoom("ordersPerApply", "orders", 20, 3, 1),
        LimitRoom("areaKm2PerMonth of team: water", "km²", 100, 60, 69.1),
    )
    made = replace(plan(create(spec_of("a", star(5)))), rooms=rooms)
    table = next(t for t in page(made).tables() if t[0][0] == "Limit")
    assert [cells[1:] for cells in table[1:]] == [
        ["20", "3", "1", "16"],
        ["100", "60", "69.1", "-29.1"],
    ]
    assert "### Limits" not in page(replace(plan(), rooms=rooms)).source


def test_a_reason_for_what_a_spec_accepts_stands_in_its_row() -> None:
    made = create(spec_of("a", star(5)))
    assert made.spec is not None
    accepted = (Acknowledgement("A11", "The *port* is small", 9),)
    made = replace(made, spec=replace(made.spec, acknowledge=accepted))
    ((*_, notes),) = rows_of(page(plan(made)))
    assert notes == "accepts A11: The `*port*` is small"


def test_a_name_links_to_the_line_of_its_spec_where_the_forge_is_known() -> None:
    made = plan(create(spec_of("a", star(5))))
    text = render(made, link=lambda file, line: f"https://forge.example.org/{file}#L{line}")
    where = made.actions[0].where
    assert where is not None
    assert f"[`a`](https://forge.example.org/{where[0]}#L{where[1]})" in text


def test_an_outline_that_was_edited_is_drawn_as_it_was_and_as_it_is() -> None:
    now, before = spec_of("a", star(9)), spec_of("a", star(5))
    edited = Action(
        "a", ActionKind.CONFLICT, "edited", now, known("a"),
        changes=(Change("geometry", "4 corners", "9 corners"),), before=before.order,
    )  # fmt: skip
    shown = page(plan(edited))
    (drawn,) = shown.maps()
    assert [it["properties"]["action"] for it in drawn["features"]] == ["placed", "conflict"]
    assert drawn["features"][0]["geometry"] != drawn["features"][1]["geometry"]
    table = next(t for t in shown.tables() if t[0][0] == "Field")
    assert table[2] == ["area", "69.1 km²", f"{number(now.footprint.area_km2)} km²"]


def test_an_outline_of_ten_thousand_corners_is_drawn_with_forty() -> None:
    made = plan(*creates(3, corners=10_000))
    shown = page(made)
    features = shown.maps()[0]["features"]
    assert len(features) == 3
    for feature in features:
        assert 4 <= len(feature["geometry"]["coordinates"][0]) <= CORNERS_MAX + 1
    assert f"at most {CORNERS_MAX} corners" in shown.source


def test_an_outline_with_holes_keeps_them_on_the_map() -> None:
    holed = spec_of("holed", star(3_000), star(500, radius=0.1))
    shown = page(plan(create(holed)))
    rings = shown.maps()[0]["features"][0]["geometry"]["coordinates"]
    assert len(rings) == 2
    assert sum(len(ring) - 1 for ring in rings) <= CORNERS_MAX


@pytest.mark.parametrize(
    ("limit", "kind", "words"),
    [
        (65_536, "Polygon", "at most 40 corners"),
        (40_000, "Polygon", "at most 10 corners"),
        (22_000, "Polygon", "Boxes stand"),
        (18_000, "Point", "Points stand"),
        (13_500, "MultiPoint", "Points without names"),
    ],
)
def test_a_map_gives_way_in_steps_and_says_so(limit: int, kind: str, words: str) -> None:
    shown = page(plan(*creates(50, corners=60, depth=0)), limit=limit)
    assert words in shown.source
    kinds = {f["geometry"]["type"] for made in shown.maps() for f in made["features"]}
    assert kinds == {kind}


def test_a_page_that_is_cut_says_so_before_its_tables_beside_totals_and_digest() -> None:
    made = plan(*creates(900))
    shown = page(made).source
    top = shown[: shown.index("### ")]
    assert "900 orders to create" in top
    assert made.digest in top
    assert "**This page is cut:" in top
    whole = page(made, limit=SUMMARY_LIMIT).source
    assert "This page is cut" not in whole
    assert all(f"| `{it.name}` |" in whole for it in made.creates)


def test_a_limit_that_cannot_hold_the_summary_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="no room for its summary"):
        render(plan(action(ActionKind.CREATE)), limit=500)


def test_the_windows_are_so_many_that_labels_stay_apart() -> None:
    chart = page(plan(*creates(100))).fences("mermaid")[0]
    assert chart.count("+ order-") == ROWS_MAX
    assert len(chart) < 50_000


def hostile_plan(text: str, times: int = 1) -> Plan:
    """Return a plan in which every text that anybody may write is `text`."""
    name = text.encode(errors="replace").decode()
    bad = replace(
        spec_of("ok", star(4)), name=name, description=text, labels={text: text}, supersedes=text
    )
    bad = replace(bad, source=replace(bad.source, file=text))
    doubtful = known(text, Standing.IN_DOUBT)
    doubtful.order_no, doubtful.reason = text, text
    placed = known(text)
    placed.order_no, placed.further_order_nos = text, (text,)
    actions = (
        Action(name, ActionKind.CREATE, text, bad, doubtful, estimated_cost=1.0),
        Action(name, ActionKind.HOLD, text, None, doubtful),
        Action(name, ActionKind.CONFLICT, text, bad, placed, changes=(Change(text, text, text),)),
        Action(name, ActionKind.CONFLICT, text, bad, placed),
        Action(name, ActionKind.EXPIRED, text, bad, None),
        Action(name, ActionKind.RETIRED, text, None, placed),
        Action(name, ActionKind.KEEP, text, None, placed),
    )
    found = replace(problem(), file=text, path=text, summary=text, detail=text)
    problems = (
        found, replace(found, severity=Severity.WARNING), replace(found, acknowledged=text)
    )  # fmt: skip
    made = plan(*actions * times, problems=problems * times)
    return replace(made, refusals=(Refusal(name, text),) * times)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_known_trick_survives_anywhere_on_the_page(text: str) -> None:
    check_page(render(hostile_plan(f"x{text}"), title=text, currency=text), LIMIT)
    check_page(render(hostile_plan(f"{text} y")), LIMIT)


@settings(max_examples=40, deadline=None)
@given(hostile_texts, st.integers(3_000, 30_000))
def test_whatever_the_texts_and_the_limit_the_page_is_whole(text: str, limit: int) -> None:
    check_page(render(hostile_plan(text), title=text, currency=text, limit=limit), limit)


@pytest.mark.parametrize(
    "text",
    ["@octocat | `x` ", "河内" * 50, "\x00" * 60, "`" * 200],
    ids=["mentions", "wide", "control", "ticks"],
)
def test_thousands_of_hostile_findings_leave_the_page_whole(text: str) -> None:
    made = hostile_plan(text * 40, times=300)
    shown = check_page(render(made), LIMIT)
    assert f"`{made.digest}`" in shown.source
    assert len(render(made, limit=9_000).encode()) <= 9_000
