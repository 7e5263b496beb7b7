"""Compare the work tree with git's index, so that missing specs do not look deleted.

A sparse checkout, a submodule that is not checked out, or a deleted file leaves fewer specs than
were reviewed.  The order of a missing spec would look `retired`, and a new one would silently not
be bought.  So git is asked which files should be there.
"""

import os
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from shlex import quote
from typing import NamedTuple

from satops.adapters.files.order_files import SPEC_SUFFIXES, OrderTree
from satops.adapters.git_command import TIMEOUT_S, Git, is_in_work_tree
from satops.core.loading import CHECKS
from satops.core.problem import Problem, Severity
from satops.core.safe import shown
from satops.errors import StoreUnreachable, UsageError

_PATH_SHOWN = 400
_MISSING_SHOWN = 20
"""Problems for single files; one more problem stands for the rest."""
_PLAIN = (b"H 100", b"H 120")
"""git's listing of a file or link that is present."""
_LITERAL = {"GIT_LITERAL_PATHSPECS": "1"}


class _Entry(NamedTuple):
    """A path of git's index, relative to the folder of satops.yaml."""

    tag: str
    """`H`: present; `S`: left out by a sparse checkout; `R`: missing from the work tree."""
    mode: str
    path: str

    @property
    def is_spec(self) -> bool:
        below = self.path.split("/")
        return self.path.lower().endswith(SPEC_SUFFIXES) and not below[-1].startswith(".")

    @property
    def is_submodule(self) -> bool:
        return self.mode == "160000"


class WholeTree:
    """Compares the folder of orders, and files that specs name, with git's index."""

    def __init__(self, root: Path, orders: str) -> None:
        """`root` is the folder of satops.yaml, and `orders` a path from there."""
        self._root = root
        self._orders = orders.strip("/")

    def problems(self, *, holds_orders: bool, files: int, strict: bool) -> list[Problem]:
        """Return the missing files of the folder of orders.

        `holds_orders` tells whether the ledger holds orders, and `files` is the number of files
        read.  With `strict`, a missing spec without a staged deletion is an error instead of a
        warning, and so is a work tree that git cannot compare.
        """
        if not is_in_work_tree(self._root):
            empty = holds_orders and not files and not self._lists_a_file()
            return [self._without_specs()] if empty else []
        try:
            odd, tracked = self._odd(self._orders)
        except StoreUnreachable as error:
            return [_unknown(self._orders, str(error), strict=strict)]
        found = [*_skipped(odd), *self._submodules(odd), *_missing(odd, strict=strict)]
        if not found and holds_orders and not files and not tracked:
            return [self._without_specs()]
        return found

    def why_absent(self, path: str) -> str:
        """Return why git left a file out of the work tree, and what to do; empty if it did not."""
        if not is_in_work_tree(self._root):
            return ""
        for entry in self._outside:
            if entry.is_submodule and path.startswith(f"{entry.path}/"):
                return f" {_submodule_words(entry.path)}"
            if entry.tag == "S" and entry.path == path:
                return f" {_SKIPPED_WORDS}"
        return ""

    def require(self, *paths: str | None) -> None:
        """Raise `UsageError` if a file that satops.yaml names is missing."""
        tree = OrderTree(self._root, ".", why_absent=self.why_absent)
        for path in filter(None, paths):
            found = tree.include("satops.yaml", path)
            if isinstance(found, str):
                raise UsageError(f"satops.yaml names a file that cannot be used. {found}")

    @cached_property
    def _outside(self) -> list[_Entry]:
        """Every submodule and every left-out file below the folder of satops.yaml."""
        try:
            return self._odd(".")[0]
        except StoreUnreachable:
            return []

    def _odd(self, path: str) -> tuple[list[_Entry], bool]:
        """Return the index entries that are not simply present, and whether any file is present.

        git lists a missing file twice: as present and as missing.
        """
        git = Git(self._root, TIMEOUT_S)
        prefix = git.checkout.prefix
        below = f"{prefix}{path}" if path != "." else prefix or "."
        asked = git.attempt("ls-files", "-z", "-s", "-t", "-c", "-d", "--", below, env=_LITERAL)
        if not asked.ok:
            raise StoreUnreachable(f"`git ls-files` failed: {asked.reason}")
        odd, plain = [], 0
        for line in asked.out.split(b"\0"):
            if line.startswith(_PLAIN):
                plain += 1
            elif line:
                facts, _, name = line.partition(b"\t")
                tag, mode = facts.decode(errors="replace").split(" ")[:2]
                odd.append(_Entry(tag, mode, os.fsdecode(name).removeprefix(prefix)))
        gone = {entry.path for entry in odd if entry.tag == "R"}
        return odd, plain > len(gone)

    def _submodules(self, entries: Iterable[_Entry]) -> Iterator[Problem]:
        for path in sorted({entry.path for entry in entries if entry.is_submodule}):
            if not (self._root / path / ".git").exists():
                yield _problem("L28", path, _submodule_words(path))

    def _without_specs(self) -> Problem:
        return _problem(
            "L31",
            self._orders,
            f"The ledger holds orders, and no spec is in {shown(self._orders, _PATH_SHOWN)}. If "
            "`orders` in satops.yaml is misspelt, or this is not the whole repository, mend that. "
            "If all specs were deleted on purpose, commit a file such as .gitkeep in the folder.",
        )

    def _lists_a_file(self) -> bool:
        return any(names for _, _, names in os.walk(self._root / self._orders))


_SKIPPED_WORDS = (
    "Git has left it out: this is a sparse checkout. Take it in with `git sparse-checkout add "
    "FOLDER`, or the whole tree with `git sparse-checkout disable`."
)


def _submodule_words(path: str) -> str:
    return (
        f"The submodule {shown(path, _PATH_SHOWN)} is not checked out. Run `git submodule update "
        "--init`; in CI, let the checkout take submodules."
    )


def _skipped(entries: Iterable[_Entry]) -> Iterator[Problem]:
    found = sorted(entry.path for entry in entries if entry.tag == "S" and entry.is_spec)
    if found:
        count = "It is" if len(found) == 1 else f"It is one of {len(found):,} specs that are"
        yield _problem("L26", found[0], f"{count} not in the work tree. {_SKIPPED_WORDS}")


def _missing(entries: Iterable[_Entry], *, strict: bool) -> Iterator[Problem]:
    severity = Severity.ERROR if strict else Severity.WARNING
    found = sorted({entry.path for entry in entries if entry.tag == "R" and entry.is_spec})
    for path in found[:_MISSING_SHOWN]:
        words = (
            "Git has this spec, and it is not in the work tree. To delete it: "
            f"`git rm {_quoted(path)}`. To have it back: `git restore {_quoted(path)}`."
        )
        yield _problem("L29", path, words, severity)
    if more := found[_MISSING_SHOWN:]:
        yield _problem("L29", more[0], f"It is one of {len(more):,} more that are missing, too. "
                       "`git status` lists them.", severity)  # fmt: skip


def _quoted(path: str) -> str:
    return quote(shown(path, _PATH_SHOWN))


def _unknown(orders: str, why: str, *, strict: bool) -> Problem:
    words = (
        f"{why} So it is not known whether specs are missing here. Let git be used in this folder."
    )
    return _problem("L32", orders, words, Severity.ERROR if strict else Severity.WARNING)


def _problem(check: str, path: str, words: str, severity: Severity = Severity.ERROR) -> Problem:
    file = shown(path, _PATH_SHOWN)
    return CHECKS[check].finding((), words).problem(file, None, severity=severity)
