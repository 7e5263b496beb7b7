"""What every tree of order specs promises, on disk and in memory."""

from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path

import pytest

from satops.adapters.files.order_files import OrderTree
from satops.ports import OrderFiles, SourceFile
from tests.fakes.order_files import MemoryFiles

Make = Callable[[Mapping[str, str]], OrderFiles]


@pytest.fixture(params=["disk", "memory"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    """Return what makes a tree of paths and texts."""

    def on_disk(files: Mapping[str, str]) -> OrderFiles:
        for path, text in files.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_bytes(text.encode())
        return OrderTree(tmp_path, "orders/")

    return on_disk if request.param == "disk" else MemoryFiles


def test_specs_come_in_the_order_of_their_paths(make: Make) -> None:
    paths = [
        "orders/a-b.yaml",
        "orders/a/z.yml",
        "orders/a.yaml",
        "orders/a/B.JSON",
        "orders/ä.yaml",
    ]
    files = make({path: f"name: {path}" for path in paths} | {"orders/notes.md": "", "x.yaml": ""})
    found = [each for each in files.walk() if isinstance(each, SourceFile)]
    assert [each.path for each in found] == sorted(paths)
    assert all(each.content == f"name: {each.path}".encode() for each in found)
    assert all(each.sha256 == sha256(each.content).hexdigest() for each in found)


def test_an_aoi_is_found_from_the_folder_of_its_spec(make: Make) -> None:
    files = make({"orders/2/a.yaml": "name: a", "aois/delta.geojson": "{}"})
    included = files.include("orders/2/a.yaml", "../../aois/delta.geojson")
    assert included == (b"{}", sha256(b"{}").hexdigest())


@pytest.mark.parametrize("ref", ["../../x.geojson", "/etc/hostname", "missing.geojson"])
def test_what_is_not_in_the_repository_is_refused_in_words(make: Make, ref: str) -> None:
    included = make({"orders/a.yaml": "name: a"}).include("orders/a.yaml", ref)
    assert isinstance(included, str)
    assert included.endswith(".")
