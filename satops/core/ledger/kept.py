"""Which specs the ledger already holds, byte for byte: their files need not be read again.

The ledger keeps the SHA-256 of the bytes that each placed order was made from.  A file with those
bytes, read in the same time zone and with the same AOI files, can only give the same orders.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from satops.core.ledger.state import LedgerState, Standing


class KeptSpec(NamedTuple):
    """A spec that is placed and unchanged; what it says is in the ledger."""

    name: str
    file: str
    """Where it stands now, which may be elsewhere than when it was placed."""
    line: int


class KeptSpecs:
    """The placed orders of a ledger, by the bytes of the files that they were made from."""

    def __init__(self, state: LedgerState, zone: str | None) -> None:
        self._files: defaultdict[str, dict[int, tuple[str, Mapping[str, Any]]]] = defaultdict(dict)
        self._alone: dict[str, tuple[str, int]] = {}
        """Name and line of a spec that fills a file by itself, and refers to no other."""
        for known in state.orders.values():
            source = known.source
            if known.standing is not Standing.PLACED or not source:
                continue
            if source.get("timezone") != zone:
                continue
            digest, document = source["sha256"], source["document"]
            if document == 0 and source["documents"] == 1 and not source["includes"]:
                self._alone[digest] = known.name, source["line"]
            else:
                self._files[digest][document] = known.name, source

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
        kept = []
        for document in range(len(held)):
            name, source = held.get(document, ("", {}))
            if source.get("documents") != len(held):
                return None
            for include in source["includes"]:
                if included(include["ref"]) != include["sha256"]:
                    return None
            kept.append(KeptSpec(name, file, source["line"]))
        return kept
