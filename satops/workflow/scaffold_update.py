"""`init --ci --update`: newer workflows beside what a team has changed in its own.

How: the first `init --ci` notes a mark of each file that it writes.  A file that still has its mark
is replaced; one that has another is the team's, and is left.  The digests that pin actions are not
part of a mark, as Dependabot moves them; of two pins of an action the newer one stays.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import unified_diff
from hashlib import sha256

_PIN = re.compile(r"(uses: )([\w./-]+)@([0-9a-f]{40}) # v(\d+(?:\.\d+)*)")
_USES = re.compile(r"\s*(?:- )?uses:\s*[\"']?([^\s\"'#]+)")
_DIGEST = re.compile(r"@(?:[0-9a-f]{40}|sha256:[0-9a-f]{64})$")
_SHOWN_MAX = 400
"""Lines of a diff."""


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file that is not as a fresh `init --ci` would write it."""

    path: str
    before: bytes | None
    """What is there; None where nothing is."""
    after: bytes | None
    """What satops would write; None where it would write nothing any more."""
    done: bool
    """Whether it is written, or removed; False where the team has changed the file."""


def mark(content: bytes) -> str:
    """Return the SHA-256 in hex of a file, with the pins of its actions taken out of it."""
    text = _text(content)
    return sha256(content if text is None else _PIN.sub(r"\1\2", text).encode()).hexdigest()


def changes(
    new: Mapping[str, bytes], there: Mapping[str, bytes], marks: Mapping[str, str]
) -> tuple[FileChange, ...]:
    """Return what an update does to the files that satops would write, or has written.

    `marks` are those that were noted; a file without one that differs counts as the team's, and
    one that is gone although it was noted stays gone.
    """
    found = [change for path in sorted(new) for change in _change(path, new[path], there, marks)]
    if all(change.done for change in found):  # else an older workflow may still need them
        found += [
            FileChange(path, there[path], None, done=mark(there[path]) == marks[path])
            for path in sorted(marks.keys() - new.keys())
            if path in there
        ]
    return tuple(found)


def unpinned(path: str, workflow: str) -> Iterator[str]:
    """Yield a line for each action of a workflow that is not named by a digest.

    A tag can be moved to other code by whoever owns the action, and that code would run beside the
    token.  Actions of the repository itself (`./`) are reviewed with it.
    """
    for number, line in enumerate(workflow.splitlines(), start=1):
        found = _USES.match(line)
        if found and not found[1].startswith("./") and not _DIGEST.search(found[1]):
            yield (
                f"{path}:{number} names {found[1]} without a digest: whoever owns it can change "
                "what runs. Write the 40 digits of its commit, and the version as a comment."
            )


def diff(change: FileChange) -> Iterator[str]:
    """Yield the lines of a unified diff; of what is no text, one line that says so."""
    before, after = _text(change.before or b""), _text(change.after or b"")
    if before is None or after is None:
        yield f"{'- ' if change.after is None else '+ '}{change.path}, which is no text"
        return
    lines = unified_diff(
        before.splitlines(), after.splitlines(), change.path, change.path, n=2, lineterm=""
    )
    for number, line in enumerate(lines):
        if number == _SHOWN_MAX:
            yield "... and more"
            return
        yield line


def _change(
    path: str, new: bytes, there: Mapping[str, bytes], marks: Mapping[str, str]
) -> Iterator[FileChange]:
    before = there.get(path)
    if before is None:
        yield FileChange(path, None, new, done=path not in marks)
        return
    ours = mark(before) == marks.get(path)
    after = _with_newer_pins(new, before) if ours else new
    if before != after:
        yield FileChange(path, before, after, done=ours)


def _with_newer_pins(new: bytes, there: bytes) -> bytes:
    """Return a new file with the pins of the one that is there, where those are newer."""
    text, before = _text(new), _text(there)
    if text is None or before is None:
        return new
    pinned = {match[2]: match for match in _PIN.finditer(before)}

    def newer(match: re.Match[str]) -> str:
        other = pinned.get(match[2])
        return match[0] if other is None or _version(other) <= _version(match) else other[0]

    return _PIN.sub(newer, text).encode()


def _version(match: re.Match[str]) -> tuple[int, ...]:
    return tuple(map(int, match[4].split(".")))


def _text(content: bytes) -> str | None:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text
