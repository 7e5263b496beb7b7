"""`init --ci --update`: update workflows without overwriting a team's changes.

The first `init --ci` notes a mark of each file.  A file with its noted mark is replaced; any other
one belongs to the team and stays.  The digests that pin actions are not part of a mark, since
Dependabot updates them; of two pins of an action the newer one is kept.
"""

import re
from collections.abc import Iterator, Mapping
from difflib import unified_diff
from hashlib import sha256

from msgspec import Struct

_PIN = re.compile(r"(uses: )([\w./-]+)@([0-9a-f]{40}) # v(\d+(?:\.\d+)*)")
_USES = re.compile(r"\s*(?:- )?uses:\s*[\"']?([^\s\"'#]+)")
_DIGEST = re.compile(r"@(?:[0-9a-f]{40}|sha256:[0-9a-f]{64})$")
_SHOWN_MAX = 400
"""Maximum number of lines of a diff."""


class FileChange(Struct, frozen=True):
    """One file that differs from a fresh `init --ci`."""

    path: str
    before: bytes | None
    """Its content; None if absent."""
    after: bytes | None
    """The new content; None if satops no longer writes the file."""
    done: bool
    """Whether the file is written or removed; False if the team has changed it."""


def mark(content: bytes) -> str:
    """Return the SHA-256, in hex, of a file without the pins of its actions."""
    text = _text(content)
    return sha256(content if text is None else _PIN.sub(r"\1\2", text).encode()).hexdigest()


def changes(
    new: Mapping[str, bytes], there: Mapping[str, bytes], marks: Mapping[str, str]
) -> tuple[FileChange, ...]:
    """Return the changes of an update to files that satops writes or has written.

    `marks` are the noted ones.  A differing file without a mark belongs to the team, and a noted
    file that is gone stays gone.
    """
    found = [change for path in sorted(new) for change in _change(path, new[path], there, marks)]
    if all(change.done for change in found):  # otherwise an older workflow may need them
        found += [
            FileChange(path, there[path], None, done=mark(there[path]) == marks[path])
            for path in sorted(marks.keys() - new.keys())
            if path in there
        ]
    return tuple(found)


def unpinned(path: str, workflow: str) -> Iterator[str]:
    """Yield a line for each action that is not pinned to a digest.

    The owner of an action can move its tag to other code, which would run beside the token.
    Actions of the repository itself (`./`) are reviewed with it.
    """
    for number, line in enumerate(workflow.splitlines(), start=1):
        found = _USES.match(line)
        if found and not found[1].startswith("./") and not _DIGEST.search(found[1]):
            yield (
                f"{path}:{number} names {found[1]} without a digest: whoever owns it can change "
                "what runs. Write the 40 digits of its commit, and the version as a comment."
            )


def diff(change: FileChange) -> Iterator[str]:
    """Yield the lines of a unified diff, or one line for a binary file."""
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
    """Return a new file with the existing file's pins where those are newer."""
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
