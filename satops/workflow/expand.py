"""Show each order of a spec file as a spec of its own."""

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from satops.core.json_text import loads
from satops.core.problem import Problem, by_position
from satops.core.spec.spec import Spec
from satops.errors import UsageError
from satops.ports import OrderFiles, SourceFile
from satops.workflow.read_files import Chunk, FileReader


class Expanded(Struct, frozen=True):
    """The orders of one file, and its problems."""

    file: str
    specs: tuple[Mapping[str, Any], ...]
    """Each order as a document of its own."""
    problems: tuple[Problem, ...]


class Collected:
    """A chunk check that reports nothing and collects the documents."""

    def __init__(self) -> None:
        self.specs: list[Mapping[str, Any]] = []

    def __call__(self, chunk: Chunk) -> Iterable[Problem]:
        """Collect the documents of a chunk."""
        pairs = zip(chunk.specs, chunk.documents, strict=True)
        self.specs += [_by_itself(spec, document.value) for spec, document in pairs]
        return ()


def expand(path: str, files: OrderFiles, reader: FileReader, collected: Collected) -> Expanded:
    """Return the orders of a file; `path` is from the root.

    `reader` must use `collected` as its check.  Raises `UsageError` if the path is no order spec.
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
    """Return the document of an order, with an outline that a series' axis gave as GeoJSON."""
    order = value["order"]
    geometry = order["geometry"]
    if spec.series is None or not isinstance(geometry, dict) or "feature" in geometry:
        return value
    if "file" not in geometry:
        return value
    canonical: Any = loads(spec.order.canonical)
    return {**value, "order": {**order, "geometry": canonical["geometry"]}}
