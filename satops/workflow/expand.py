"""What a file of specs stands for: each order as a spec of its own."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from satops.core.json_text import loads
from satops.core.problem import Problem, by_position
from satops.core.spec.spec import Spec
from satops.errors import UsageError
from satops.ports import OrderFiles, SourceFile
from satops.workflow.read_files import Chunk, FileReader


@dataclass(frozen=True, slots=True)
class Expanded:
    """The orders of one file, and its problems."""

    file: str
    specs: tuple[Mapping[str, Any], ...]
    """As documents of their own would hold them."""
    problems: tuple[Problem, ...]


class Collected:
    """A check of chunks that finds nothing, and keeps what the specs were read from."""

    def __init__(self) -> None:
        self.specs: list[Mapping[str, Any]] = []

    def __call__(self, chunk: Chunk) -> Iterable[Problem]:
        """Keep the documents of a chunk."""
        pairs = zip(chunk.specs, chunk.documents, strict=True)
        self.specs += [_by_itself(spec, document.value) for spec, document in pairs]
        return ()


def expand(path: str, files: OrderFiles, reader: FileReader, collected: Collected) -> Expanded:
    """Return what the file at a path from the root stands for.

    `reader` makes its checks with `collected`.  Raises `UsageError` where no such file is among
    the order specs.
    """
    for found in files.walk():
        if isinstance(found, SourceFile) and found.path == path:
            (read,) = reader.read([found])
            problems = tuple(sorted(read.problems, key=by_position))
            return Expanded(path, tuple(collected.specs), problems)
        if isinstance(found, Problem) and found.file == path:
            return Expanded(path, (), (found,))
    raise UsageError(f"{path} is no file of order specs. They are those below `orders`.")


def _by_itself(spec: Spec, value: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a document with the outline written out where no reference would find the feature."""
    order = value["order"]
    geometry = order["geometry"]
    if spec.series is None or not isinstance(geometry, dict) or "feature" in geometry:
        return value
    if "file" not in geometry:
        return value
    canonical: Any = loads(spec.order.canonical)
    return {**value, "order": {**order, "geometry": canonical["geometry"]}}
