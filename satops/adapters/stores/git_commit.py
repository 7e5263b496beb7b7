"""A commit of the ledger: its message, since `git log` is the audit, and its tree, with segments
under `ledger/` and pages beside them.

One growing file would be stored whole with each commit.  So the ledger is cut into segments, each
named by the number of its first event: an append rewrites only the last one, and `cat
ledger/*.jsonl` gives the whole ledger.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from satops.adapters.git_command import Git
from satops.core import json_text
from satops.core.ledger.chain import GENESIS, line_digest
from satops.errors import LedgerCorrupt, StoreUnreachable

_NAMES_MAX = 40
_TEXT_MAX = 200

_VERBS = {
    "DoubtSettled": "settle",
    "OrderAdopted": "adopt",
    "SubmissionPlaced": "record",
    "SubmissionRejected": "record",
    "SubmissionNotSent": "record",
    "SubmissionLeftInDoubt": "record",
    "StatusObserved": "observe",
    "SubmissionIntended": "place",
}
"""The verb for each kind of event, in the order of a commit's subject."""
_OTHERWISE = {
    "LedgerStarted": "Start the ledger",
    "RunFinished": "Finish the run",
    "RunStarted": "Start the run",
}


class Messages(Struct):
    """Writes commit messages; only the first append of a run names its plan and actor."""

    _runs: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Plan and actor of each run."""

    def of(self, lines: Sequence[bytes], *, head: str, append: str, note: str = "") -> str:
        """Return the message for a commit of these lines; `append` makes it unique.

        Two writers with equal lines must make different commits, since only one may win.
        """
        events = [event for event in map(_event, lines) if event]
        for event in events:
            if event.get("kind") == "RunStarted":
                known = (_word(event.get("plan_digest")), _word(event.get("actor")))
                self._runs[str(event.get("run"))] = known
        run = events[-1].get("run") if events else None
        plan, actor = self._runs.get(str(run), ("", ""))
        trailers = {
            "Run": _word(run), "Plan": plan, "Actor": actor, "Head": head, "Append": append,
            "Note": note,
        }  # fmt: skip
        kept = [f"{name}: {value}" for name, value in trailers.items() if value]
        body = list(_body(events))
        return "\n".join([_subject(events), "", *body, *([""] if body else []), *kept]) + "\n"


def _event(line: bytes) -> dict[str, Any]:
    try:
        event = json_text.loads(line)
    except json_text.NotJson:
        return {}
    return event if isinstance(event, dict) else {}


def _subject(events: Sequence[Mapping[str, Any]]) -> str:
    kinds = [str(event.get("kind")) for event in events]
    counted = Counter(_VERBS[kind] for kind in kinds if kind in _VERBS)
    parts = [
        _count(verb, counted[verb]) for verb in dict.fromkeys(_VERBS.values()) if counted[verb]
    ]
    if parts:
        return ", ".join(parts).capitalize()
    return next((_OTHERWISE[kind] for kind in _OTHERWISE if kind in kinds), "Append to the ledger")


def _count(verb: str, count: int) -> str:
    return f"{verb} {count} order{'' if count == 1 else 's'}"


def _body(events: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    said = [line for line in map(_what, events) if line]
    yield from said[:_NAMES_MAX]
    if len(said) > _NAMES_MAX:
        yield f"- and {len(said) - _NAMES_MAX} more"


def _what(event: Mapping[str, Any]) -> str:
    name, number = _word(event.get("name")), _word(event.get("order_no"))
    match event.get("kind"):
        case "SubmissionIntended":
            return f"- {name}: about to be sent"
        case "SubmissionPlaced" | "OrderAdopted":
            return f"- {name}: {number}"
        case "SubmissionRejected":
            return f"- {name}: rejected"
        case "SubmissionNotSent":
            return f"- {name}: not sent"
        case "SubmissionLeftInDoubt":
            return f"- {name}: in doubt"
        case "DoubtSettled":
            return f"- {name}: {number or 'was not placed'}"
        case "StatusObserved":
            return f"- {name}: status {_word(event.get('status'))}"
        case _:
            return ""


def _word(value: object) -> str:
    """Return text on one line that is neither a git trailer nor a terminal control sequence."""
    text = "" if value is None else str(value)
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:_TEXT_MAX]


SEGMENT_BYTES = 256 * 1024
"""A segment closes before it would exceed this size.  With 100,000 events, 64 KiB make the folder's
tree expensive, 1 MiB the last segment, and a single file costs 3 s and 6 MB an append."""
FOLDER = "ledger"
_SEGMENT_NAME = re.compile(r"[0-9]{10}\.jsonl")
_ENTRY = re.compile(r"([0-7]+) (\w+) ([0-9a-f]+)\t(.*)", re.DOTALL)

Entries = Mapping[str, str]
"""A tree's entries: name to `MODE TYPE ID`, the form of `git mktree`."""


class Tip(Struct, frozen=True):
    """A commit of the ledger, with everything that an append needs."""

    commit: str
    root: Entries
    """Entries of the root, without the ledger's folder."""
    folder: Entries
    last: bytes
    """Content of the last segment."""

    @property
    def segments(self) -> list[str]:
        """Names of the segments, in the order of their events."""
        return sorted(name for name in self.folder if _SEGMENT_NAME.fullmatch(name))

    @property
    def head(self) -> str:
        """SHA-256 of the last line."""
        if not self.last:
            return GENESIS
        return line_digest(self.last[:-1].rpartition(b"\n")[2])

    @property
    def events(self) -> int:
        """Number of events."""
        names = self.segments
        return first_event(names[-1]) - 1 + self.last.count(b"\n") if names else 0

    def blob(self, segment: str) -> str:
        """Return the blob id of a segment."""
        return self.folder[segment].split()[2]


NOTHING = Tip(commit="", root={}, folder={}, last=b"")
"""The tip before the first commit."""


def first_event(segment: str) -> int:
    """Return the number of a segment's first event."""
    return int(segment.partition(".")[0])


def read_tip(git: Git, commit: str) -> Tip:
    """Read the tip at a commit.  Raises `LedgerCorrupt` and `StoreUnreachable`."""
    root: dict[str, str] = {}
    folder: dict[str, str] = {}
    for path, entry in _entries(git, commit):
        above, _, name = path.rpartition("/")
        if above == FOLDER:
            folder[name] = entry
        elif not above and name != FOLDER:
            root[name] = entry
    tip = Tip(commit, root, folder, b"")
    names = tip.segments
    return replace(tip, last=next(segments(git, tip, names[-1:]))) if names else tip


def segments(git: Git, tip: Tip, names: Iterable[str]) -> Iterator[bytes]:
    """Yield the content of segments.  Raises `LedgerCorrupt` for a truncated one."""
    names = list(names)
    for name, content in zip(names, git.blobs(map(tip.blob, names)), strict=True):
        if not content.endswith(b"\n"):
            raise LedgerCorrupt(
                f"{FOLDER}/{name} in commit {tip.commit} does not end with a whole line. satops "
                "never writes that: somebody else has changed it."
            )
        yield content


def continues(git: Git, old: Tip, new: Tip) -> bool:
    """Tell whether the ledger of `new` begins with the whole ledger of `old`."""
    names = old.segments
    if names != new.segments[: len(names)]:
        return False
    if any(old.blob(name) != new.blob(name) for name in names[:-1]):
        return False
    return all(content.startswith(old.last) for content in segments(git, new, names[-1:]))


def write_tree(
    git: Git, tip: Tip, content: bytes, pages: Mapping[str, bytes | None]
) -> tuple[str, Tip]:
    """Write a tree that appends lines to `tip`; return its id and its tip, without a commit yet.

    `pages` are files beside the ledger; None removes one.
    """
    names = tip.segments
    if names and len(tip.last) + len(content) <= SEGMENT_BYTES:
        name, content = names[-1], tip.last + content
    else:
        name = f"{tip.events + 1:010}.jsonl"
    folder = {**tip.folder, name: _blob(git, content)}
    root = {name: entry for name, entry in tip.root.items() if name not in pages}
    root |= {name: _blob(git, page) for name, page in pages.items() if page is not None}
    tree = _tree(git, {**root, FOLDER: f"040000 tree {_tree(git, folder)}"})
    return tree, Tip("", root, folder, content)


def _entries(git: Git, commit: str) -> Iterator[tuple[str, str]]:
    """Return path and entry of everything in a commit's tree, folders too."""
    listed = git.attempt("ls-tree", "-r", "-t", "-z", "--full-tree", commit)
    if not listed.ok:
        raise StoreUnreachable(f"The tree {commit} of the ledger cannot be read: {listed.reason}")
    # A name that is not UTF-8 is passed on unchanged.
    found = listed.out.decode(errors="surrogateescape").split("\0")
    matches = (_ENTRY.fullmatch(entry) for entry in found if entry)
    return ((m[4], f"{m[1]} {m[2]} {m[3]}") for m in matches if m is not None)


def _tree(git: Git, entries: Entries) -> str:
    lines = "".join(f"{entry}\t{name}\0" for name, entry in entries.items())
    return git.run("mktree", "-z", "--missing", stdin=lines.encode(errors="surrogateescape"))


def _blob(git: Git, content: bytes) -> str:
    return f"100644 blob {git.run('hash-object', '-w', '--stdin', stdin=content)}"
