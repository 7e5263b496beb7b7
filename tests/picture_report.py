"""Make docs/report.svg, the picture in docs/report.md: `python -m tests.picture_report`."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from satops.core.geometry.coast import Coast
from satops.core.ledger.events import Refreshed, StatusObserved, SubmissionLeftInDoubt
from satops.report.html.maps import world
from satops.report.html.markup import Markup, tag, text
from satops.report.html.page import style
from satops.report.html.subject import Subject
from satops.report.html.timeline import drawing
from tests.season import Ledger, rows_of, square

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "docs" / "report.svg"
NOW = "2031-02-10T09:00:00Z"
PLACES = {
    "hamburg": (9.9, 53.5), "singapore": (103.8, 1.2), "callao": (-77.2, -12.1),
    "durban": (31.0, -29.9), "mumbai": (72.8, 18.9), "busan": (129.0, 35.1),
    "long-beach": (-118.2, 33.7), "santos": (-46.3, -24.0), "mekong": (105.8, 10.0),
    "red-river": (105.9, 21.0), "sydney": (151.2, -33.9), "lagos": (3.4, 6.4),
    "murmansk": (33.0, 69.0), "valdez": (-146.3, 61.1), "suez": (32.5, 29.9),
    "suva": (178.4, -18.1),
}  # fmt: skip
STATUSES = (3, 3, 6, 3, 2, 5, 1, 4)
_WIDTH, _WORLD, _MARGIN = 960, 480, 16


def picture() -> str:
    """Return the map and the timeline of a made-up team, as one SVG."""
    rows = rows_of(_ledger(), NOW)
    land = Coast((ROOT / "satops/data/land.json").read_bytes())
    subject = Subject(rows, rows, (), "", "", land)
    ordered = sorted(rows, key=lambda row: row.order.start)
    high = _WORLD + 34 + 18 * len(rows) + 2 * _MARGIN
    placed = [
        tag("style", Markup(style())),
        tag("rect", width="100%", height="100%", fill="var(--paper)"),
        tag("svg", world(subject), x=0, y=0, width=_WIDTH, height=_WORLD),
        tag("svg", drawing(ordered, NOW, "Windows"), x=0, y=_WORLD + _MARGIN, width=_WIDTH,
            height=high - _WORLD - _MARGIN),
    ]  # fmt: skip
    title = tag("title", text("A map of the world and a timeline of orders"))
    made = tag("svg", title, *placed, viewBox=f"0 0 {_WIDTH} {high}")
    return made.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1) + "\n"


def _ledger() -> Ledger:
    made = Ledger(run="begin")
    begin = datetime(2030, 12, 1, 8, tzinfo=UTC)
    made.begin("run", begin, actor="Lan")
    for number, (name, (west, south)) in enumerate(PLACES.items()):
        start = begin + timedelta(days=7 * number)
        identity = made.intend(name, begin, where=square(west, south), start=start, days=21)
        if name == "suez":
            doubt = SubmissionLeftInDoubt(name, 1, "the answer was lost", "", identity)
            made.add(begin, doubt)
            continue
        made.place(name, begin, identity)
    seen = datetime(2031, 2, 10, 1, tzinfo=UTC)
    for name, status in zip(PLACES, STATUSES, strict=False):
        made.add(seen, StatusObserved(name, f"PROG_{name}", status))
    made.add(seen, Refreshed(len(PLACES)))
    return made


if __name__ == "__main__":
    PICTURE.write_text(picture(), "utf-8")
