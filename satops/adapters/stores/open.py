"""From the address in `satops.yaml` to a store."""

from collections.abc import Callable
from pathlib import Path

from satops.errors import UsageError
from satops.ports import LedgerStore


def open_store(address: str, root: Path) -> LedgerStore:
    """Return the store at `SCHEME:REST`, reading paths from the repository's root.

    Nothing is read or written yet, and no credential is needed.  Raises `UsageError` for a
    scheme that is not in the table: an address can never choose code to load.
    """
    scheme, colon, rest = address.partition(":")
    opener = _OPENERS.get(scheme) if colon else None
    if opener is None:
        known = ", ".join(f"`{name}:`" for name in sorted(_OPENERS))
        raise UsageError(
            f"`state: {scheme}{colon}` in satops.yaml is no kind of ledger store. "
            f"Known are {known}; the default is `file:state/ledger.jsonl`."
        )
    return opener(rest, root)


def _file(rest: str, root: Path) -> LedgerStore:
    from satops.adapters.stores.file import FileStore

    if not rest:
        raise UsageError(
            "`state: file:` in satops.yaml names no file. Write `file:state/ledger.jsonl`."
        )
    return FileStore(root / rest)


_OPENERS: dict[str, Callable[[str, Path], LedgerStore]] = {"file": _file}
