"""Makes the ledger in which every order is placed, by the code that makes real ones."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from satops.api.repository import Repository, open_repository
from satops.api.specs import spec_tree
from satops.core.ledger.chain import EMPTY, encode
from satops.core.ledger.content import content_of
from satops.core.ledger.events import Event, LedgerStarted, SubmissionIntended, SubmissionPlaced
from satops.core.order.order import instant_text
from satops.core.spec.spec import Spec


def place_all(root: Path) -> int:
    """Write the ledger; return how many events it holds."""
    opened = open_repository(root, environ=os.environ)
    path = root / "state" / "ledger.jsonl"
    path.parent.mkdir(exist_ok=True)
    events = _events(opened)
    head, now = EMPTY, datetime.now(UTC)
    with path.open("wb") as file:
        while some := list(islice(events, 1000)):
            lines, head = encode(some, head=head, time=now, run="bench")
            file.writelines(line + b"\n" for line in lines)
    return head.seq


def _events(opened: Repository) -> Iterator[Event]:
    yield LedgerStarted("bench", "satops")
    until = instant_text(datetime.now(UTC) + timedelta(seconds=300))
    for spec in spec_tree(opened).read().specs:
        yield _intended(opened, spec, until)
        yield SubmissionPlaced(spec.name, 1, f"PROG_{spec.name}")


def _intended(opened: Repository, spec: Spec, until: str) -> SubmissionIntended:
    return SubmissionIntended(
        name=spec.name,
        attempt=1,
        **content_of(spec, opened.config.timezone),
        request=opened.body(spec.order).decode(),
        until=until,
    )
