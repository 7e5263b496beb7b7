"""What a long ledger costs: `python -m bench.long_ledger FOLDER EVENTS` measures appends.

It prints JSON: the medians of appends of one event to a ledger of 9 events and to one of many,
which are made in turn.
"""

import json
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from hashlib import sha256
from itertools import islice
from pathlib import Path

from bench.measure import Cost
from satops.adapters.stores.file import FileStore
from satops.core.json_text import Raw
from satops.core.ledger.chain import EMPTY, Head, encode
from satops.core.ledger.events import (
    Event,
    Extent,
    LedgerStarted,
    StatusObserved,
    SubmissionIntended,
    SubmissionPlaced,
)

APPENDS = 100
SHORT, LONG = "short.jsonl", "long.jsonl"
_SHORT_EVENTS = 9
_ORDER = (
    b'{"format":"order/1","provider":"changguang","geometry":{"type":"Polygon","coordinates":'
    b"[[[105.1,20.9],[105.2,20.9],[105.2,21.0],[105.1,21.0],[105.1,20.9]]]},"
    b'"startDate":"2031-01-01T00:00:00Z","endDate":"2031-01-31T00:00:00Z","resolutionType":2}'
)
_EXTENT = Extent(115.5, west=105.1, south=20.9, east=105.2, north=21.0)


def main(folder: Path, events: int) -> None:
    """Make both ledgers, append to them in turn, and print what it took."""
    paths = {folder / SHORT: _SHORT_EVENTS, folder / LONG: events - APPENDS}
    heads = {path: _make(path, count) for path, count in paths.items()}
    costs: dict[Path, list[Cost]] = {path: [] for path in paths}
    for _ in range(APPENDS):
        for path, found in costs.items():
            lines, head = encode(
                [StatusObserved("order-0", "PROG_0", 2)], head=heads[path], time=_now(), run="bench"
            )
            cpu, wall = time.process_time(), time.monotonic()
            FileStore(path).append(lines, heads[path].digest)
            found.append(Cost(time.process_time() - cpu, time.monotonic() - wall))
            heads[path] = head
        # The short ledger stays short: else its last append would be one at event 100.
        heads[folder / SHORT] = _make(folder / SHORT, _SHORT_EVENTS)
    short, long = (asdict(_median(costs[folder / name])) for name in (SHORT, LONG))
    print(json.dumps({"append at event 10": short, "append at the last event": long}))


def _median(costs: list[Cost]) -> Cost:
    return Cost(
        statistics.median(cost.cpu_s for cost in costs),
        statistics.median(cost.wall_s for cost in costs),
    )


def _make(path: Path, count: int) -> Head:
    head, now, events = EMPTY, _now(), _events()
    with path.open("wb") as file:
        while some := list(islice(events, min(1000, count - head.seq))):
            lines, head = encode(some, head=head, time=now, run="bench")
            file.writelines(line + b"\n" for line in lines)
    return head


def _events() -> Iterator[Event]:
    """Yield the events of a ledger that never ends: two for each order."""
    yield LedgerStarted("bench", "satops")
    number = 0
    while True:
        name = f"order-{number}"
        yield SubmissionIntended(
            name=name,
            attempt=1,
            order_digest=sha256(name.encode()).hexdigest(),
            order=Raw(_ORDER),
            request=_ORDER.decode(),
            source=Raw(
                b'{"path":"orders/%s.yaml","sha256":"%s"}'
                % (name.encode(), sha256(_ORDER).hexdigest().encode())
            ),
            footprint=_EXTENT,
            until="2031-01-01T00:05:00Z",
        )
        yield SubmissionPlaced(name, 1, f"PROG_{number}")
        number += 1


def _now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
