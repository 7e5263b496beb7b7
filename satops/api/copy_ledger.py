"""Copy a ledger from one store to another."""

from collections.abc import Callable
from pathlib import Path

from satops.adapters.files.config_file import find_root
from satops.errors import UsageError
from satops.workflow.copy_ledger import CopyReport
from satops.workflow.copy_ledger import copy_ledger as copy


def copy_ledger(
    folder: Path,
    source: str,
    target: str,
    *,
    progress: Callable[[int], None] = lambda _: None,
) -> CopyReport:
    """Copy between two addresses, as `state` in satops.yaml has them.

    Paths are read from the root of the repository that `folder` lies in, or from `folder` where
    it lies in none.  Raises `Refused`, `UsageError` and `LedgerError`.
    """
    from satops.adapters.stores.open import open_store

    try:
        root = find_root(folder)
    except UsageError:
        root = folder
    opened, to = open_store(source, root), open_store(target, root)
    if opened.address == to.address:
        raise UsageError(f"{source} and {target} are the same ledger. Nothing was written.")
    return copy(opened, to, progress)
