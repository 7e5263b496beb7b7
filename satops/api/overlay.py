"""A tree with files in it that are not written yet: what is written is known to be sound before."""

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256

from satops.adapters.files.order_files import SPEC_SUFFIXES
from satops.core.problem import Problem
from satops.ports import OrderFiles, SourceFile


@dataclass(frozen=True, slots=True)
class Overlay:
    """Keeps the promises of `ports.OrderFiles` for a tree, and the files laid over it."""

    files: OrderFiles
    added: Mapping[str, bytes]
    """By path from the root.  None of them is there yet."""

    def walk(self) -> Iterator[SourceFile | Problem]:
        """Yield what is there, then the new specs."""
        yield from self.files.walk()
        for path, content in self.added.items():
            if path.lower().endswith(SPEC_SUFFIXES):
                yield SourceFile(path, content, sha256(content).hexdigest())

    def include(self, spec_file: str, ref: str) -> tuple[bytes, str] | str:
        """Read what a spec refers to, also where it is new."""
        content = self.added.get(posixpath.normpath(f"{posixpath.dirname(spec_file)}/{ref}"))
        if content is not None:
            return content, sha256(content).hexdigest()
        return self.files.include(spec_file, ref)
