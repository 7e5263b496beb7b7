"""Find the spec files whose bytes the ledger holds as placed: they need no parsing.

The ledger keeps the SHA-256 of the file that each placed order was read from.  A file with the
same bytes, the same time zone and the same AOI files gives the same orders.  A series is skipped
only if all its members are placed.
"""

from collections import defaultdict
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from satops.core.ledger.state import LedgerState, OrderState, Standing


class KeptSpec(NamedTuple):
    """A spec that is placed and unchanged.  Its content is in the ledger."""

    name: str
    file: str
    """Its path in the tree now, which may differ from the path in the ledger."""
    line: int
    series: str | None = None


class KeptSpecs:
    """The placed orders of a ledger, by the SHA-256 of their spec files."""

    def __init__(
        self, state: LedgerState, zone: str | None, zone_rules: Callable[[], str] = lambda: ""
    ) -> None:
        """`zone` is the time zone for dates without an offset.  `zone_rules` returns the release of
        the IANA database; it is called only if an order was made with one.
        """
        self._files: defaultdict[str, defaultdict[int, list[OrderState]]] = defaultdict(
            lambda: defaultdict(list)
        )
        """Placed orders by file digest and number of the document in the file."""
        self._alone: dict[str, tuple[str, int]] = {}
        """Name and line of each spec that is alone in its file and refers to no other file, by
        file digest."""
        self._zone_rules = cache(zone_rules)
        for known in state.orders.values():
            source = known.source
            if known.standing is not Standing.PLACED or not source:
                continue
            if source.get("timezone") != zone:
                continue
            digest, document = source["sha256"], source["document"]
            whole = document == 0 and source["documents"] == 1 and known.series is None
            if whole and not source["includes"]:
                self._alone[digest] = known.name, source["line"]
            else:
                self._files[digest][document].append(known)

    def find(
        self, file: str, sha256: str, included: Callable[[str], str | None]
    ) -> list[KeptSpec] | None:
        """Return the specs of a file; None if one of them is not placed, or has changed.

        `included` returns the SHA-256 of a file that a spec refers to; None for a missing file.
        """
        alone = self._alone.get(sha256)
        if alone is not None:
            return [KeptSpec(alone[0], file, alone[1])]
        held = self._files.get(sha256)
        if held is None:
            return None
        includes: dict[str, str | None] = {}
        kept = []
        for document in range(len(held)):
            placed = held.get(document, [])
            if not _is_whole(placed):
                return None
            for known in placed:
                source = known.source
                if source.get("documents") != len(held):
                    return None
                if "zone_rules" in source and source["zone_rules"] != self._zone_rules():
                    return None
                for include in source["includes"]:
                    ref = include["ref"]
                    if ref not in includes:
                        includes[ref] = included(ref)
                    if includes[ref] != include["sha256"]:
                        return None
                kept.append(KeptSpec(known.name, file, source["line"], known.series))
        return kept


def _is_whole(placed: list[OrderState]) -> bool:
    """Tell whether every order of a document is placed."""
    if not placed:
        return False
    first = placed[0]
    if first.series is None:
        return len(placed) == 1
    return all(
        (known.series, known.axes, known.members) == (first.series, first.axes, len(placed))
        for known in placed
    )
