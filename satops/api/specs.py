"""The tree of order specs of a repository, with the ports to read and check it."""

import posixpath
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path

from msgspec import Struct

from satops.adapters.clock import PinnedZones
from satops.adapters.files.aoi_files import AoiFiles
from satops.adapters.files.order_files import SPEC_SUFFIXES, OrderTree
from satops.adapters.files.rule_files import RuleFiles
from satops.adapters.files.schemas import order_schema
from satops.adapters.files.whole_tree import WholeTree
from satops.api.repository import Repository
from satops.core.order.order import instant_text
from satops.core.problem import Problem
from satops.core.spec.spec import Spec
from satops.errors import LedgerMissing, UsageError
from satops.ports import OrderFiles, SourceFile
from satops.workflow.validate import SpecTree


def spec_tree(
    opened: Repository,
    *,
    files: OrderFiles | None = None,
    rules_from: str | None = None,
    strict: bool = False,
) -> SpecTree:
    """Return the tree of a repository, or of `files`; reads nothing.

    Files named in `satops.yaml` come from the work tree, or from the commit `rules_from`.  With
    `strict`, a missing spec without a staged deletion is an error.
    """
    return SpecTree(
        files=order_tree(opened) if files is None else files,
        aois=AoiFiles(encoding=opened.config.encoding),
        missing=WholeTree(opened.root, opened.config.orders),
        rules=RuleFiles(opened.config, opened.root, rules_from),
        config=opened.config,
        schema=order_schema(opened.offer),
        zones=PinnedZones(),
        strict=strict,
    )


def order_tree(opened: Repository) -> OrderFiles:
    """Return the tree of order specs on disk."""
    absent = WholeTree(opened.root, opened.config.orders).why_absent
    return OrderTree(opened.root, opened.config.orders, why_absent=absent)


def require_named_files(opened: Repository) -> None:
    """Raise `UsageError` if a file that satops.yaml names is missing or was not fetched.

    The checks read it only if there are orders to check.
    """
    config = opened.config
    whole_tree = WholeTree(opened.root, config.orders)
    whole_tree.require(config.allowed, config.forbidden, config.modes)


def in_ci(environ: Mapping[str, str]) -> bool:
    """Tell whether this is a CI run: `CI` is set."""
    return environ.get("CI", "").strip().lower() not in ("", "0", "false", "no")


def spec_of(opened: Repository, name: str) -> Spec | None:
    """Return the first sound spec of a name."""
    return next((spec for spec in spec_tree(opened).read().specs if spec.name == name), None)


class Overlay(Struct, frozen=True):
    """Implements `ports.OrderFiles` for a tree with additional files."""

    files: OrderFiles
    added: Mapping[str, bytes]
    """New files by path from the root."""

    def walk(self) -> Iterator[SourceFile | Problem]:
        """Yield the existing specs, then the new ones."""
        yield from self.files.walk()
        for path, content in self.added.items():
            if path.lower().endswith(SPEC_SUFFIXES):
                yield SourceFile(path, content, sha256(content).hexdigest())

    def include(self, spec_file: str, ref: str) -> tuple[bytes, str] | str:
        """Read a file that a spec refers to, existing or new."""
        content = self.added.get(posixpath.normpath(f"{posixpath.dirname(spec_file)}/{ref}"))
        if content is not None:
            return content, sha256(content).hexdigest()
        return self.files.include(spec_file, ref)


def no_copy(path: Path) -> LedgerMissing:
    """Return the exception for an absent copy of the ledger."""
    return LedgerMissing(
        f"There is no copy of a ledger in {path}. Look at the path, or fetch the copy again."
    )


def moment(text: str) -> str:
    """Return a given instant in the ledger's UTC form.  Raises `UsageError`."""
    from satops.core.finding import Finding
    from satops.core.order.dates import read_date

    found = read_date(text, None)
    if isinstance(found, Finding):
        raise UsageError(f"{text!r} is no moment: {found.detail}")
    return instant_text(found)
