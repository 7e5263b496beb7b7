"""Series for tests: documents, the AOI file that they refer to, and the tree that both make."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from satops.core.plan.config import Config
from satops.core.problem import Problem, Severity
from satops.ports import SourceFile
from satops.workflow.validate import Tree
from tests.trees import tree_of

YEAR = datetime.now(UTC).year + 1
SENSORS: dict[str, dict[str, Any]] = {
    "sar": {"provider": "tianyi", "resolutionType": "stripmap"},
    "optical": {"provider": "changguang", "resolutionType": "very-high", "maxCloud": 20},
}
Document = dict[str, Any]


def ports(*names: str, moved: Mapping[str, float] | None = None) -> str:
    """Return a GeoJSON file with a feature for each port, whose place follows from its name."""
    return json.dumps({"type": "FeatureCollection", "features": [
        port(name, (moved or {}).get(name, 0.0)) for name in names
    ]})  # fmt: skip


def port(name: str, moved: float = 0.0, **properties: Any) -> Document:
    """Return one feature, some degrees further east."""
    number = int(hashlib.sha256(name.encode()).hexdigest()[:4], 16)
    west, south = number % 160 - 80 + moved, number // 160 % 100 - 50
    ring = [[west, south], [west + 0.2, south], [west + 0.2, south + 0.1], [west, south + 0.1]]
    geometry = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
    return {"type": "Feature", "properties": {"port": name, **properties}, "geometry": geometry}


def series(expect: int, months: str = f"{YEAR}-01/{YEAR}-03", /, **fields: Any) -> Document:
    """Return a series of ports, months and two sensors."""
    return {
        "name": "ports",
        "expect": expect,
        "each": {
            "port": {"file": "../aois/ports.geojson", "key": "port"},
            "month": {"months": months},
            "sensor": {key: dict(set_by) for key, set_by in SENSORS.items()},
        },
        "order": {},
        **fields,
    }


class Repository:
    """Order specs and AOI files in memory; documents are written as JSON, which is YAML too."""

    def __init__(self, aois: Mapping[str, str], *documents: Document, **texts: str) -> None:
        """`texts` are specs by the name of their file, without its suffix."""
        self.aois = {f"../aois/{name}.geojson": text for name, text in aois.items()}
        self.specs = {f"orders/{name}.yaml": text for name, text in texts.items()}
        if documents:
            text = "\n---\n".join(json.dumps(each, indent=1) for each in documents)
            self.specs["orders/series.yaml"] = text + "\n"

    def walk(self) -> Iterator[SourceFile | Problem]:
        """Yield the files in the order of their paths."""
        for path, text in sorted(self.specs.items()):
            content = text.encode()
            yield SourceFile(path, content, hashlib.sha256(content).hexdigest())

    def include(self, spec_file: str, ref: str) -> tuple[bytes, str] | str:
        """Return an AOI, or say that it is missing."""
        if ref not in self.aois:
            return f"{ref} is not there."
        content = self.aois[ref].encode()
        return content, hashlib.sha256(content).hexdigest()

    def tree(self, **given: Any) -> Tree:
        """Read all of it."""
        return tree_of(self, Config(timezone=UTC), **given)


def bought(tree: Tree) -> dict[str, str]:
    """Return the digest of each order of a tree without errors, by its name."""
    assert errors(tree) == []
    return {spec.name: spec.order.digest for spec in tree.specs}


def errors(tree: Tree) -> Sequence[tuple[str, int | None, str]]:
    """Return the check, the line and the detail of each error."""
    found = [it for it in tree.problems if it.severity is Severity.ERROR]
    return [(it.check, it.line, it.detail) for it in found]
