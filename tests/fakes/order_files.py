"""A tree of order specs in memory."""

import posixpath
from collections.abc import Iterator, Mapping
from hashlib import sha256

from satops.core.problem import Problem
from satops.ports import SourceFile


class MemoryFiles:
    """Keeps the promises of `ports.OrderFiles` for paths and texts that a test gives."""

    def __init__(self, files: Mapping[str, str | bytes | Problem], orders: str = "orders/") -> None:
        self.files = dict(files)
        """By path from the root; a problem stands for a file that cannot be read."""
        self.reads: list[str] = []
        """Every path that was asked for by `include`."""
        self._orders = orders

    def walk(self) -> Iterator[SourceFile | Problem]:
        """Yield what lies under the folder of orders and ends like a spec."""
        for path, content in sorted(self.files.items()):
            if not path.startswith(self._orders):
                continue
            if isinstance(content, Problem):
                yield content
            elif path.lower().endswith((".yaml", ".yml", ".json")):
                data = _bytes(content)
                yield SourceFile(path, data, sha256(data).hexdigest())

    def include(self, spec_file: str, ref: str) -> tuple[bytes, str] | str:
        """Return a file beside the spec, or what is wrong."""
        path = posixpath.normpath(posixpath.join(posixpath.dirname(spec_file), ref))
        self.reads.append(path)
        if path.startswith("../") or ref.startswith("/"):
            return f"The path {ref} leaves the repository."
        content = self.files.get(path)
        if content is None or isinstance(content, Problem):
            return f"There is no file {path}."
        data = _bytes(content)
        return data, sha256(data).hexdigest()


def _bytes(content: str | bytes) -> bytes:
    return content.encode() if isinstance(content, str) else content
