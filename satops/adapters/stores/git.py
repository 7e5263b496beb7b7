"""The ledger on a ref of a git remote: a push without force is compare-and-append.

The server takes a commit only on top of its present one, so one of two writers is refused, reads
again and decides again.  Commits are made with plumbing commands that never touch work tree, index
or branches of the clone, so a dirty tree, a detached head and a shallow clone all work.  The clone
keeps the last seen commit under `refs/satops/`; a push also moves its remote-tracking branch.
"""

import re
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import chain
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from satops.adapters.git_command import Git
from satops.adapters.stores.git_commit import (
    NOTHING,
    Messages,
    Tip,
    continues,
    first_event,
    read_tip,
    segments,
    write_tree,
)
from satops.adapters.stores.git_remote import Addresses, addresses_of
from satops.adapters.stores.lines import joined
from satops.core.ledger.chain import GENESIS, line_digest
from satops.core.redaction import shown_address
from satops.errors import HeadMoved, LedgerCorrupt, LedgerMissing, StoreUnreachable

DEFAULT_REMOTE = "origin"
DEFAULT_REF = "satops-state"
TIMEOUT_S = 120.0
PAGE_BYTES_MAX = 1024 * 1024
"""A larger page is left out, since no forge would show it."""
_PUSHES_MAX = 8
_LOOKS_MAX = 3
_READ_BACK_PAUSES_S = (0, 0.5, 1, 2, 4, 8)
"""Pauses between reads after a push, since a replica may lag by seconds."""
# Another writer holds the server's lock on the ref for a moment, and may yet fail.
_BUSY = re.compile(r"cannot lock ref|failed to (update|lock) ref|Unable to create .*\.lock", re.I)
_IDENTITY = {
    "GIT_AUTHOR_NAME": "satops", "GIT_AUTHOR_EMAIL": "satops@localhost",
    "GIT_COMMITTER_NAME": "satops", "GIT_COMMITTER_EMAIL": "satops@localhost",
}  # fmt: skip

Pages = Callable[[Sequence[bytes], Callable[[], Iterator[bytes]]], Mapping[str, bytes] | None]
"""Makes the pages beside the ledger, from the appended lines and a function that reads the whole
ledger with those lines.  None keeps the present pages."""


class _Failure(Struct, frozen=True):
    """Why a push failed."""

    reason: str
    refused: bool
    """Whether the server refused the push; if not, it may have the commit or may still take it."""


class GitStore:
    """A ledger on `ref` of `remote`, through the repository at `root`."""

    orders_per_append = 10
    """An append is a push, which takes about as long as one order."""

    def __init__(
        self,
        root: Path,
        remote: str = DEFAULT_REMOTE,
        ref: str = DEFAULT_REF,
        *,
        pages: Pages | None = None,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self._root = root
        self._timeout_s = timeout_s
        self._addresses: Addresses | None = None
        self._remote = remote
        self._ref = ref if ref.startswith("refs/") else f"refs/heads/{ref}"
        self._known = _known_ref(remote, self._ref)
        self._pages = pages
        # A mirror remote refuses to push a single ref.
        self._git = Git(root, timeout_s, [f"remote.{remote}.mirror=false"])
        self._messages = Messages()
        self._tip: Tip | None = None
        """The last commit of the remote that this process saw."""
        self._commit_options: tuple[list[str], dict[str, str]] | None = None

    @property
    def address(self) -> str:
        """`git:REMOTE#REF`."""
        return f"git:{shown_address(self._remote)}#{self._ref.removeprefix('refs/heads/')}"

    def is_written_elsewhere(self) -> bool:
        """Tell whether git pushes elsewhere than it reads; see `ports.TwoAddressStore`."""
        return self._where().apart

    def read(self, after: int = 0) -> Iterator[bytes]:
        """Fetch, and yield the lines above `after`; see `ports.LedgerStore.read`."""
        tip = self._look()
        if not tip.segments:
            raise LedgerMissing(self._missing(tip))
        yield from self._lines(tip, after)

    def append(self, lines: Sequence[bytes], expected_head: str) -> None:
        """Commit and push; see `ports.LedgerStore.append`."""
        content = joined(lines)
        tip = self._tip
        if tip is None or tip.head != expected_head:
            tip = self._look()
        for push in range(1, _PUSHES_MAX + 1):
            self._compare(tip, expected_head)
            made = self._commit(tip, lines, content)
            failure = self._push(made)
            if failure is None:
                self._read_back(made)
                self._remember(made)
                return
            now = self._look_after(failure)
            if self._holds(now, made.commit):
                return
            # Retry after a foreign commit that leaves the ledger unchanged, and after the server's
            # lock.  Each retry compares again, so none can write twice.
            may_yet_go = now.commit != tip.commit or _BUSY.search(failure.reason)
            if not may_yet_go or push == _PUSHES_MAX:
                raise StoreUnreachable(self._failed(failure))
            tip = now

    def remove(self) -> None:
        """Delete the ref, and this clone's note of it: for scratch ledgers only."""
        if self._where().apart:
            self._git.attempt("push", "--no-verify", "--delete", "--", self._remote, self._ref)
        elif self._remote_commit():
            self._git.run("push", "--no-verify", "--delete", "--", self._remote, self._ref)
        name = self._ref.removeprefix("refs/heads/")
        known = self._git.run("for-each-ref", "--format=%(refname)", "refs/satops", "refs/remotes")
        for ref in (line for line in known.splitlines() if line.endswith(f"/{name}")):
            self._git.run("update-ref", "-d", ref)

    def _where(self) -> Addresses:
        if self._addresses is None:
            self._addresses = addresses_of(self._root, self._timeout_s, self._remote)
        return self._addresses

    def _read_back(self, made: Tip) -> None:
        """Raise `StoreUnreachable` unless everybody can read the pushed commit."""
        where = self._where()
        if not where.apart:
            return
        for pause_s in _READ_BACK_PAUSES_S:
            time.sleep(pause_s)
            if self._holds(self._look(), made.commit):
                return
        pushed, read = (
            ", ".join(map(shown_address, addresses)) for addresses in (where.push, [where.fetch])
        )
        raise StoreUnreachable(
            f"git pushed the ledger of {self.address} to {pushed}, and it is not at {read}, where "
            "it is read: nobody else would see what was bought. Make both addresses lead to one "
            "repository; to see them:\n    git remote -v"
        )

    def _compare(self, tip: Tip, expected_head: str) -> None:
        if not tip.segments and (tip.commit or expected_head != GENESIS):
            raise LedgerMissing(self._missing(tip))
        if tip.head != expected_head:
            raise HeadMoved(f"Somebody else appended to the ledger at {self.address}.")

    def _look(self) -> Tip:
        """Fetch the remote's commit and check that it contains the last one seen."""
        known = self._git.attempt("rev-parse", "--verify", "--quiet", self._known)
        before = known.text if known.ok else ""
        commit = self._bring(first=not before)
        if not commit:
            if before:
                raise LedgerMissing(self._vanished(before))
            return NOTHING
        if self._tip is not None and self._tip.commit == commit:
            return self._tip
        tip = read_tip(self._git, commit)
        if before and before != commit:
            self._check_growth(before, tip)
        self._remember(tip, before)
        return tip

    def _look_after(self, failure: _Failure) -> Tip:
        try:
            return self._look()
        except StoreUnreachable as error:
            raise StoreUnreachable(f"{self._failed(failure)}\nAnd then: {error}") from None

    def _failed(self, failure: _Failure) -> str:
        if failure.refused:
            return f"The ledger at {self.address} was not written: {failure.reason}"
        return (
            f"It is not known whether the ledger at {self.address} was written. The push ended "
            f"with: {failure.reason}"
        )

    def _bring(self, *, first: bool) -> str:
        """Fetch the remote's commit and return its id; empty if the ref does not exist."""
        for _ in range(_LOOKS_MAX):
            commit = self._remote_commit()
            if not commit or self._has(commit):
                return commit
            self._fetch(first=first)
            # A shallow fetch gets one commit, and the ref may have moved on to it meanwhile.
            if self._has(commit):
                return commit
        raise StoreUnreachable(f"The ledger at {self.address} moves faster than it can be fetched.")

    def _has(self, commit: str) -> bool:
        return self._git.attempt("cat-file", "-e", f"{commit}^{{commit}}").ok

    def _remote_commit(self) -> str:
        self._where()  # raises before the first request
        listed = self._git.attempt("ls-remote", "--quiet", "--", self._remote, self._ref)
        if not listed.ok:
            raise StoreUnreachable(
                f"The ledger at {self.address} cannot be reached: {listed.reason}"
            )
        refs = (line.partition("\t") for line in listed.text.splitlines())
        return next((commit for commit, _, name in refs if name == self._ref), "")

    def _fetch(self, *, first: bool) -> None:
        # A shallow clone stays shallow.  Later fetches get all commits since the known one, which
        # proves that none before it was rewritten.
        shallow = first and self._git.run("rev-parse", "--is-shallow-repository") == "true"
        options = ["--quiet", "--no-tags", "--no-write-fetch-head", "--refmap=", "--no-filter"]
        depth = ["--depth=1"] if shallow else []
        fetched = self._git.attempt("fetch", *options, *depth, "--", self._remote, self._ref)
        if not fetched.ok:
            raise StoreUnreachable(
                f"The ledger at {self.address} cannot be fetched: {fetched.reason}"
            )

    def _check_growth(self, before: str, tip: Tip) -> None:
        if not self._holds(tip, before):
            wrong = f"does not have the commit {before}, which this clone saw there"
        elif not continues(self._git, read_tip(self._git, before), tip):
            wrong = f"has changed or lost events that it had in the commit {before}"
        else:
            return
        raise LedgerCorrupt(
            f"The ledger at {self.address} was rewritten: its commit {tip.commit} {wrong}. Orders "
            "may be missing from it, and would be bought again. Put the ref back, or, when this "
            f"was meant, let this clone forget what it saw:\n    git update-ref -d {self._known}"
        )

    def _holds(self, tip: Tip, commit: str) -> bool:
        ran = self._git.attempt("merge-base", "--is-ancestor", commit, tip.commit or commit)
        if ran.code not in (0, 1):
            raise StoreUnreachable(f"The history of {self.address} cannot be read: {ran.reason}")
        return ran.ok and bool(tip.commit)

    def _remember(self, tip: Tip, before: str = "") -> None:
        self._tip = tip
        # Two processes of one clone may both move it forward; the later one does no harm.
        expected = [before] if before else []
        self._git.attempt("update-ref", self._known, tip.commit, *expected)

    def _commit(self, tip: Tip, lines: Sequence[bytes], content: bytes) -> Tip:
        pages, note = self._make_pages(tip, lines)
        tree, made = write_tree(self._git, tip, content, pages)
        message = self._messages.of(
            lines, head=line_digest(lines[-1]), append=secrets.token_hex(8), note=note
        )
        options, env = self._commit_settings()
        parent = ["-p", tip.commit] if tip.commit else []
        commit = self._git.run(
            "commit-tree", *options, *parent, "-F", "-", tree, stdin=message.encode(), env=env
        )
        return replace(made, commit=commit)

    def _push(self, made: Tip) -> _Failure | None:
        pushed = self._git.attempt(
            "push", "--porcelain", "--no-verify", "--", self._remote, f"{made.commit}:{self._ref}"
        )
        if pushed.ok:
            return None
        lines = pushed.text.splitlines()
        verdict = [line.rpartition("\t")[2] for line in lines if line.startswith("!")]
        # git's third verdict, "[remote failure]", means a lost answer.
        refused = any("rejected]" in line for line in verdict)
        return _Failure("\n".join([*verdict, pushed.reason]), refused)

    def _make_pages(
        self, tip: Tip, lines: Sequence[bytes]
    ) -> tuple[Mapping[str, bytes | None], str]:
        if self._pages is None:
            return {}, ""

        def whole() -> Iterator[bytes]:
            yield from self._lines(tip, 0)
            yield from lines

        try:
            made = self._pages(lines, whole)
        except Exception as error:
            # A failing page must not stop the record of an order.
            return {}, f"the pages were not renewed, {type(error).__name__}"
        sized = (made or {}).items()
        return {name: page if len(page) <= PAGE_BYTES_MAX else None for name, page in sized}, ""

    def _lines(self, tip: Tip, after: int) -> Iterator[bytes]:
        names = tip.segments
        while len(names) > 1 and first_event(names[1]) <= after + 1:
            del names[0]
        skip = max(after + 1 - first_event(names[0]), 0) if names else 0
        older = segments(self._git, tip, names[:-1]) if names[:-1] else ()
        for content in chain(older, [tip.last] if names else []):
            lines = content[:-1].split(b"\n")
            yield from lines[skip:]
            skip = max(skip - len(lines), 0)

    def _commit_settings(self) -> tuple[list[str], dict[str, str]]:
        if self._commit_options is None:
            signs = self._git.attempt("config", "--type=bool", "--get", "commit.gpgsign")
            named = self._git.attempt("var", "GIT_COMMITTER_IDENT").ok
            named = named and self._git.attempt("var", "GIT_AUTHOR_IDENT").ok
            self._commit_options = (
                ["-S"] if signs.out.strip() == b"true" else [],
                {} if named else _IDENTITY,
            )
        return self._commit_options

    def _missing(self, tip: Tip) -> str:
        if tip.commit:
            return (
                f"{self.address} exists and holds no ledger. If it did, put the ref back: without "
                "it every order would be bought again. satops begins a ledger only on a ref of "
                "its own; name another in `state` of satops.yaml."
            )
        return (
            f"There is no ledger at {self.address}. If there was one, get it back first: without "
            "it every order would be bought again. To begin a new one, run\n    satops ledger start"
        )

    def _vanished(self, before: str) -> str:
        return (
            f"The ref of the ledger at {self.address} is gone; this clone saw it at {before}. "
            "Without it every order would be bought again. To put it back, run\n"
            f"    git push {shown_address(self._remote)} {before}:{self._ref}"
        )


def _known_ref(remote: str, ref: str) -> str:
    name = remote if re.fullmatch(r"\w[\w-]*", remote) else sha256(remote.encode()).hexdigest()[:16]
    return f"refs/satops/{name}/{ref.removeprefix('refs/')}"
