"""The report as a file: what it says, that it is inert, and that it stays small.

How: the page is read by Python's own parser of HTML; tests/browser looks at it in a browser.
"""

import re
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import pytest

from satops.core.geometry.coast import Coast
from satops.report.html.maps import SHAPES_MAX
from satops.report.html.page import policy, render
from satops.report.html.subject import Subject
from satops.workflow.list import By, by_of, sums
from satops.workflow.rows import Rows
from tests.season import NOW, Ledger, rows_of, season, square

LAND = Coast((Path(__file__).parents[2] / "satops/data/land.json").read_bytes())
AT = datetime(2031, 1, 1, 8, tzinfo=UTC)
HOSTILE = [
    "</script><script>alert(1)</script>", "</title><svg onload=alert(1)>", "</style><img src=x>",
    '"><iframe src="https://evil.example">', "' onmouseover='alert(1)", "javascript:alert(1)",
    "<!--", "]]>", "&lt;b&gt;", "\u202egnp", "\x1b[31m", "a\nb", "<a href=//evil.example>x</a>",
    "https://evil.example/\"><script>", "河内 مرحبا",
]  # fmt: skip


def subject(rows: Rows, *, by: tuple[By, ...] = (), month: str = "") -> Subject:
    shown = rows.of_month(month) if month else rows
    return Subject(rows, shown, by, month, "file:state/ledger.jsonl", LAND)


def page(rows: Rows, *, by: tuple[By, ...] = (), month: str = "") -> str:
    return b"".join(render(subject(rows, by=by, month=month))).decode()


class Parsed(HTMLParser):
    """The elements, attributes and texts of a page, and its tables."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.tables: dict[str, list[list[str]]] = {}
        self.headings: list[str] = []
        self._open: list[str] = []
        self._caption = ""
        self.feed(content)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag in ("meta", "input"):
            return
        self._open.append(tag)
        if tag == "caption":
            self._caption = ""
        elif tag == "tr":
            self.tables.setdefault(self._caption, []).append([])
        elif tag in ("td", "th"):
            self.tables[self._caption][-1].append("")
        elif tag in ("h2", "h3"):
            self.headings.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag, f"</{tag}> closes what it did not open"

    def handle_data(self, data: str) -> None:
        if "caption" in self._open:
            self._caption += data
        elif "td" in self._open or "th" in self._open:
            self.tables[self._caption][-1][-1] += data
        elif "h2" in self._open or "h3" in self._open:
            self.headings[-1] += data


def test_the_same_ledger_gives_the_same_bytes() -> None:
    assert page(rows_of(season())) == page(rows_of(season()))


def test_a_manager_finds_what_is_asked_for() -> None:
    found = Parsed(page(rows_of(season())))
    assert "Overdue: 2 orders" in found.headings  # what is late
    assert [line[0] for line in found.tables["Overdue: 2 orders"][1:]] == ["no-labels", "red-river"]
    (due,) = [title for title in found.tables if title.startswith("Due later")]
    assert len(found.tables[due]) == 1 + 4
    teams = found.tables["By month and label team"]
    (water,) = [line for line in teams if line[:2] == ["2030-12", "hydrology"]]
    assert water[7] == "500.00 EUR + 13,500.75 USD"  # what hydrology spent in December
    header, *orders = found.tables["Orders: 13"]
    approved = {line[0]: line[header.index("Approved by")] for line in orders}
    assert approved["red-river"] == "Ada, Grace"  # who approved it
    assert (approved["mekong"], approved["hamburg"]) == ("Ada", "not known")


def test_what_is_due_next_week_is_by_calendar_weeks() -> None:
    made = Ledger()
    monday = datetime(2031, 2, 10, tzinfo=UTC)
    for day in range(16):
        end = monday + timedelta(days=day + 1)
        made.buy(f"day-{day:02}", AT, start=end - timedelta(days=20), days=20)
    tables = Parsed(page(rows_of(made))).tables
    due = {title.split(",")[0]: [line[0] for line in rows[1:]] for title, rows in tables.items()}
    assert due["Due this week"] == [f"day-{day:02}" for day in range(7)]
    assert due["Due next week"] == [f"day-{day:02}" for day in range(7, 14)]
    assert due["Due later: 2 orders"] == ["day-14", "day-15"]


def test_the_sums_of_the_page_are_those_of_the_ledger() -> None:
    rows = rows_of(season())
    by = (by_of("label:team"), by_of("state"))
    lines = Parsed(page(rows, by=by)).tables["By label team and state"][1:-1]
    found = sums(rows, by)
    assert [tuple(line[:2]) for line in lines] == [
        tuple(key or "none" for key in group) for group in found
    ]
    assert [line[2] for line in lines] == [f"{some.orders:,}" for some in found.values()]


def test_a_month_leaves_out_what_was_bought_in_others_but_nothing_that_needs_a_person() -> None:
    found = Parsed(page(rows_of(season()), month="2030-11"))
    assert [line[0] for line in found.tables["Orders: 2"][1:]] == ["hamburg", "no-labels"]
    assert "In doubt: 1 order" in found.headings
    assert "Overdue: 2 orders" in found.headings


def test_text_in_every_field_is_inert() -> None:
    made = Ledger(run="begin")
    for number, text in enumerate(HOSTILE):
        made.begin(f"run {text}", AT, actor=text, commit=text, pull_request=text, run_url=text,
                   approvals=(text,))  # fmt: skip
        made.buy(f"order-{number:02}", AT, labels={text: text, "team": text}, currency=text,
                 estimated_cost=1.0, series=text, keys=((text, text),), axes=({"name": text},),
                 where=square(10 + number, 10))  # fmt: skip
    content = page(rows_of(made))
    found = Parsed(content)
    names = {tag for tag, _ in found.tags}
    assert not names & {"iframe", "img", "object", "embed", "form", "base", "link", "b-"}
    assert [tag for tag, _ in found.tags].count("script") == 1
    for tag, attributes in found.tags:
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
        address = attributes.get("href") or "#"
        assert address.startswith(("#", "https://")), (tag, address)
        assert "src" not in attributes
    assert content.count("<script") == 1
    assert all(char == "\n" or char.isprintable() for char in content)
    header, *orders = found.tables[f"Orders: {len(HOSTILE)}"]
    assert orders[0][header.index("By")] == HOSTILE[0]


def test_the_policy_allows_the_one_style_and_the_one_script() -> None:
    content = page(rows_of(season()))
    for kind in ("style", "script"):
        (inner,) = re.findall(f"<{kind}>(.*?)</{kind}>", content, re.DOTALL)
        digest = b64encode(sha256(inner.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy()
    assert policy().startswith("default-src 'none'")


def test_no_address_of_the_network_is_loaded() -> None:
    content = page(rows_of(season()))
    assert not re.search(r"""\b(?:src|srcset|poster|xlink:href)\s*=|url\(|@import""", content)


def test_over_two_thousand_shapes_become_points_and_the_table_stays_whole() -> None:
    made = Ledger()
    for number in range(SHAPES_MAX + 1):
        made.buy(f"order-{number:05}", AT, where=square(-170 + number % 340, -60 + number % 120))
    content = page(rows_of(made))
    found = Parsed(content)
    assert len(found.tables[f"Orders: {SHAPES_MAX + 1:,}"]) == SHAPES_MAX + 2
    assert "so each place within 2 degrees is one dot" in content
    assert len(content) < 1_200 * SHAPES_MAX


@pytest.mark.parametrize(
    "where",
    [
        ((179.9, -17.0), (180.1, -17.0), (180.1, -16.8), (179.9, -16.8), (179.9, -17.0)),
        ((179.9, -17.0), (-179.9, -17.0), (-179.9, -16.8), (179.9, -16.8), (179.9, -17.0)),
        ((-180.0, 85.0), (-90.0, 86.0), (0.0, 85.0), (90.0, 86.0), (180.0, 85.0), (-180.0, 85.0)),
        ((-10.0, -90.0), (10.0, -90.0), (10.0, -89.0), (-10.0, -89.0), (-10.0, -90.0)),
        ((0.0, 89.9), (120.0, 89.9), (-120.0, 89.9), (0.0, 89.9)),
    ],
)
def test_maps_hold_at_the_antimeridian_and_at_the_poles(
    where: tuple[tuple[float, float], ...],
) -> None:
    made = Ledger()
    made.buy("edge", AT, where=where, days=60)
    content = page(rows_of(made))
    frames = re.findall(r'viewBox="([^"]+)" ?[^>]*>', content)
    for frame in frames:
        assert all(abs(float(each)) < 3_000 for each in frame.split()), frame
    (inset,) = re.findall(r'<svg class="inset".*?</svg></svg>|<figure>.*?</figure>', content)
    for path in re.findall(r'class="aoi waiting" d="([^"]+)"', inset):
        xs = [float(point.split()[0]) for point in re.split("[MLz]+", path) if point]
        ys = [float(point.split()[1]) for point in re.split("[MLz]+", path) if point]
        assert max(xs) - min(xs) <= 360.0
        assert max(map(abs, ys)) <= 90.0
    assert "nan" not in content


def test_a_map_around_a_pole_shows_the_whole_area() -> None:
    around = ((-180.0, 85.0), (-90.0, 86.0), (0.0, 85.0), (90.0, 86.0), (180.0, 85.0))
    made = Ledger()
    made.buy("pole", AT, where=(*around, around[0]), days=60)
    (inset,) = re.findall(r"<figure>.*?</figure>", page(rows_of(made)))
    frames = [[float(each) for each in it.split()] for it in re.findall('viewBox="([^"]+)"', inset)]
    assert [-180.0, 360.0] in [[frame[0], frame[2]] for frame in frames]


def test_an_empty_ledger_has_a_page_too() -> None:
    made = Ledger()
    made.begin("r", AT)
    content = page(rows_of(made, NOW))
    assert "Nothing needs a person." in content
    Parsed(content)
