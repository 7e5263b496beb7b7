"""Which specs the ledger already holds, byte for byte: their files need not be read again.

The ledger keeps the SHA-256 of the bytes that each placed order was made from.  A file with those
bytes, read in the same time zone and with the same AOI files, can only give the same orders.  A
document of a series is known only when every member that it stood for is placed.
"""

from collections import defaultdict
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from satops.core.ledger.state import LedgerState, OrderState, Standing


class KeptSpec(NamedTuple):
    """A spec that is placed and unchanged; what it says is in the ledger."""

    name: str
    file: str
    """Where it stands now, which may be elsewhere than when it was placed."""
    line: int
    series: str | None = None


class KeptSpecs:
    """The placed orders of a ledger, by the bytes of the files that they were made from."""

    def __init__(
        self, state: LedgerState, zone: str | None, zone_rules: Callable[[], str] = lambda: ""
    ) -> None:
        """`zone` is how zone-less dates are read now, and `zone_rules` gives the release of the
        zone database, which is asked for only where an order was made with one.
        """
        self._files: defaultdict[str, defaultdict[int, list[OrderState]]] = defaultdict(
            lambda: defaultdict(list)
        )
        """By the digest of the file and the number of the document."""
        self._alone: dict[str, tuple[str, int]] = {}
        """Name and line of a spec that fills a file by itself, and refers to no other."""
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
        """Return the specs of a file, or None where one of them is not placed as it stands.

        `included` returns the SHA-256 of a file that the spec refers to, None where there is none.
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
                source = known.source or {}
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
    """Tell whether the placed orders of a document are all that it stood for."""
    if not placed:
        return False
    first = placed[0]
    if first.series is None:
        return len(placed) == 1
    return all(
        (known.series, known.axes, known.members) == (first.series, first.axes, len(placed))
        for known in placed
    )
