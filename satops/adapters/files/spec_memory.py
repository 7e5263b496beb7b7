"""Files of specs that were read before and had no problem: what they hold, by their bytes.

The file is sealed (`adapters.sealed`) and holds for one set of rules: the tool, its schemas, the
configuration, and the files that it names.  It is safe to delete, and to share: without the seal
of this machine it is as good as missing.
"""

from collections.abc import Callable
from pathlib import Path

from satops.adapters.files.sealed import Sealing, read_sealed
from satops.core import json_text
from satops.core.spec.spec import Spec
from satops.core.spec_row import row_of, spec_of
from satops.ports import HashedFile, SourceFile
from satops.workflow.validate import FileRead, Name

_FORMAT = b"satops.spec-memory/1 "
_FILES_MIN = 25
"""Files that must be new before it is worth writing again."""
_DIGEST_CHARS = 64

Included = Callable[[str, str], str | None]
"""Returns the SHA-256 of a file that a spec (its path) refers to (its text), None if it cannot."""


class SpecMemoryFile:
    """Keeps the promises of `workflow.validate.SpecMemory`."""

    def __init__(
        self,
        path: Path,
        key: bytes,
        rules: str,
        *,
        included: Included,
        checked: Callable[[Spec], bool],
    ) -> None:
        """`rules` is the digest of all that decides how a file is read, its own bytes apart;
        `checked` tells whether the checks looked at a spec.
        """
        self._path = str(path)
        self._key = key
        self._head = _FORMAT + rules.encode()
        self._included = included
        self._checked = checked
        self._known: dict[bytes, bytes] | None = None
        """By the SHA-256 of a file's bytes, what it holds as JSON."""
        self._used: dict[bytes, bytes] = {}
        self._fresh = 0
        self._sealing = Sealing(self._path, key)

    def recall(self, found: SourceFile | HashedFile) -> FileRead | None:
        """Return what a file held when it was read before, if nothing that it needs has changed."""
        if self._known is None:
            self._known = self._load()
        sha256 = found.sha256.encode()
        text = self._known.get(sha256)
        if text is None:
            return None
        rows, names = json_text.loads(text)
        specs = [spec_of(row, found.path, found.sha256) for row in rows]
        for spec in specs:
            for include in spec.source.includes:
                if self._included(found.path, include.ref) != include.sha256:
                    return None
        self._used[sha256] = text
        return FileRead(found.path, found.sha256, specs, [], [Name(*name) for name in names])

    def keep(self, read: FileRead) -> None:
        """Take what was read anew."""
        if not all(map(self._checked, read.specs)):
            return
        if self._fresh == 0:
            self._sealing.add(self._head)
        self._fresh += 1
        rows = [row_of(spec) for spec in read.specs]
        text = json_text.dumps([rows, [list(name) for name in read.names]])
        self._sealing.add(b"\n" + read.sha256.encode() + text)

    def end(self, *, whole: bool) -> None:
        """Write anew what this run has used and read, where that is enough to pay."""
        if self._fresh:
            for sha256, text in self._used.items():
                self._sealing.add(b"\n" + sha256 + text)
        self._sealing.end(keep=whole and self._fresh >= _FILES_MIN)

    def _load(self) -> dict[bytes, bytes]:
        content = read_sealed(self._path, self._key)
        if content is None:
            return {}
        head, *lines = content.split(b"\n")
        if head != self._head:
            return {}
        return {line[:_DIGEST_CHARS]: line[_DIGEST_CHARS:] for line in lines}
