"""The report as people see it: three widths, light and dark, printed, without a script.

How: a headless Chromium opens the file.  Its pictures lie in the test's folder, for a person.
"""

import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from satops.core.geometry.coast import Coast
from satops.report.html.page import render
from satops.report.html.subject import Subject
from tests.browser.browser import Seen, look
from tests.report.test_html import HOSTILE
from tests.season import Ledger, rows_of, season, square

LAND = (Path(__file__).parents[2] / "satops/data/land.json").read_bytes()
AT = datetime(2031, 1, 1, 8, tzinfo=UTC)
SERIOUS = ("serious", "critical")
WIDTHS = (380, 920, 1600)
FACTS = """[...document.querySelectorAll("h1,h2,h3,p,td,th,dt,dd,figcaption,li,title,pre")]
    .map((each) => each.textContent.trim()).filter(Boolean)"""
SLIPPED = """new Promise((done) => {
    const script = document.createElement("script");
    script.textContent = "window.hit = 1";
    const image = document.createElement("img");
    image.src = "https://evil.example/x.png";
    const bold = document.createElement("b");
    bold.setAttribute("style", "color: rgb(1, 2, 3)");
    bold.setAttribute("onclick", "window.hit = 1");
    document.body.append(script, image, bold);
    bold.click();
    setTimeout(() => done([window.hit ?? 0, getComputedStyle(bold).color]), 300);
})"""
NAMES = """(() => {
    const shown = () => [...document.querySelectorAll("#all-orders tbody tr")]
        .filter((row) => !row.hidden).map((row) => row.cells[0].textContent);
    const input = document.querySelector(".filter input");
    input.value = "hydrology 2030";
    input.dispatchEvent(new Event("input"));
    const filtered = [shown(), document.querySelector(".filter output").textContent];
    const head = [...document.querySelectorAll("#all-orders thead th")]
        .find((each) => each.textContent === "Estimate");
    head.querySelector("button").click();
    const up = [shown(), head.getAttribute("aria-sort")];
    head.querySelector("button").click();
    return [filtered, up, [shown(), head.getAttribute("aria-sort")]];
})()"""
PRINTED = """[
    document.documentElement.scrollWidth,
    getComputedStyle(document.querySelector(".filter")).display,
    getComputedStyle(document.body).backgroundColor,
    [...document.querySelectorAll(".scroll")]
        .map((each) => each.scrollWidth - each.clientWidth),
]"""


def write(ledger: Ledger, folder: Path) -> Path:
    rows = rows_of(ledger)
    page = folder / "report.html"
    subject = Subject(rows, rows, (), "", "file:state/ledger.jsonl", Coast(LAND))
    page.write_bytes(b"".join(render(subject)))
    return page


@dataclass(frozen=True)
class Looks:
    """What all looks at one page found, each by its own name."""

    fits: list[tuple[int, Seen]]
    """The width of each look, and what it found."""
    with_script: Seen
    without_script: Seen
    slipped: Seen
    sorted: Seen
    axe: list[Seen]
    printed: Seen
    address: str


@pytest.fixture(scope="module")
def looks(tmp_path_factory: pytest.TempPathFactory) -> Looks:
    """Start one browser for all looks at the page of a season."""
    page = write(season(), tmp_path_factory.mktemp("report"))
    fits = [
        {
            "width": width,
            "scheme": scheme,
            "evaluate": "document.documentElement.scrollWidth",
            "picture": str(page.with_name(f"{width}-{scheme}.png")),
        }
        for width in WIDTHS
        for scheme in ("light", "dark")
    ]
    axe = [{"width": width, "scheme": scheme, "axe": True}
           for width, scheme in ((380, "light"), (1600, "dark"), (920, "light"))]  # fmt: skip
    printed = {"width": 1046, "print": True, "scheme": "dark", "evaluate": PRINTED,
               "picture": str(page.with_name("print.png"))}  # fmt: skip
    facts = ({"evaluate": FACTS}, {"evaluate": FACTS, "script": False})
    seen = iter(
        look(page, *fits, *facts, {"evaluate": SLIPPED}, {"evaluate": NAMES}, *axe, printed)
    )
    return Looks(
        fits=[(width, next(seen)) for width in WIDTHS for _ in range(2)],
        with_script=next(seen),
        without_script=next(seen),
        slipped=next(seen),
        sorted=next(seen),
        axe=[next(seen) for _ in axe],
        printed=next(seen),
        address=page.as_uri(),
    )


def hostile() -> Ledger:
    made = Ledger(run="begin")
    for number, text in enumerate(HOSTILE):
        made.begin(f"run {text}", AT, actor=text, pull_request=text, approvals=(text,))
        made.buy(f"order-{number:02}", AT, labels={text: text}, currency=text, series=text,
                 estimated_cost=1.0, where=square(10 + number, 10), days=90)  # fmt: skip
    return made


def test_the_page_fits_every_width_in_both_schemes(looks: Looks) -> None:
    for width, seen in looks.fits:
        assert seen.value <= width
        assert (seen.console, seen.requests) == ([], [looks.address])


def test_no_script_loses_no_fact(looks: Looks) -> None:
    assert looks.with_script.value == looks.without_script.value
    assert "500.00 EUR + 13,500.75 USD" in looks.without_script.value
    assert looks.without_script.console == []


def test_the_policy_stops_whatever_is_slipped_in(looks: Looks) -> None:
    hit, colour = looks.slipped.value
    assert hit == 0
    assert colour != "rgb(1, 2, 3)"
    assert sum("Content Security Policy" in said for said in looks.slipped.console) >= 3


def test_orders_are_filtered_and_sorted(looks: Looks) -> None:
    filtered, up, down = looks.sorted.value
    water = ["fiji", "mekong", "offline", "red-river", "refused", "tonle-sap"]
    assert filtered == [water, "6 of 13 orders"]
    assert up == [["refused", "fiji", "tonle-sap", "red-river", "mekong", "offline"], "ascending"]
    assert down == [
        ["mekong", "red-river", "tonle-sap", "fiji", "refused", "offline"], "descending",
    ]  # fmt: skip


def test_axe_finds_nothing_serious(looks: Looks) -> None:
    for seen in looks.axe:
        assert [found for found in seen.violations if found["impact"] in SERIOUS] == []


def test_a_printed_page_is_whole_and_has_nothing_to_click(looks: Looks) -> None:
    width, controls, paper, cut = looks.printed.value
    assert (width, controls, paper) == (1046, "none", "rgb(255, 255, 255)")
    assert max(cut) <= 1, "a table is wider than the paper"


def test_hostile_text_is_text(tmp_path: Path) -> None:
    shown = """[
        window.hit ?? 0, document.querySelectorAll("script").length,
        document.querySelectorAll("iframe, img, object, embed, form, base").length,
        document.querySelectorAll("#all-orders tbody tr").length,
        [...document.querySelectorAll("a")]
            .filter((a) => !/^(https?|file):$/.test(a.protocol)).length,
        document.querySelector("#all-orders tbody").textContent,
    ]"""
    page = write(hostile(), tmp_path)
    for seen in look(page, *({"width": width, "evaluate": shown} for width in WIDTHS)):
        hit, scripts, foreign, rows, links, text = seen.value
        assert (hit, scripts, foreign, rows, links) == (0, 1, 0, len(HOSTILE), 0)
        assert HOSTILE[0] in text
        assert seen.console == []


def test_ten_thousand_orders(tmp_path: Path) -> None:
    made = Ledger()
    for number in range(10_000):
        made.buy(f"order-{number:05}", AT + timedelta(hours=number % 700), estimated_cost=100.0,
                 currency="USD", labels={"team": f"team-{number % 7}"},
                 where=square(-170 + number % 340, -60 + number % 120))  # fmt: skip
    began = time.perf_counter()
    page = write(made, tmp_path)
    wrote = time.perf_counter() - began
    paint = "performance.getEntriesByType('paint').map((each) => each.startTime)[0] ?? -1"
    rows = "document.querySelectorAll('#all-orders tbody tr').length"
    seen = look(page, {"evaluate": f"[{paint}, {rows}]"})[0].value
    size = page.stat().st_size
    took = f"read and written in {wrote:.1f} s, painted in {seen[0]} ms"
    sys.stdout.write(f"10,000 orders: {size:,} bytes, {took}\n")
    assert seen[1] == 10_000
    assert size < 1_200 * 10_000
