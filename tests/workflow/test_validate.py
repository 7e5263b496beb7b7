"""Reading a whole tree: every spec, every problem, each once."""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from satops.core.ledger.kept import KeptSpec, KeptSpecs
from satops.core.ledger.state import LedgerState
from satops.core.plan.config import Config
from satops.core.problem import Problem, Severity
from satops.core.spec.spec import Include
from satops.ports import SourceFile
from satops.workflow import read_files
from satops.workflow.read_files import Chunk
from satops.workflow.validate import Tree
from tests.chains import SOURCE, STARTED, chain, intended, placed
from tests.trees import tree_of

YEAR = datetime.now(UTC).year + 1
BOW_TIE = "POLYGON ((0 0, 1 1, 1 0, 0 1, 0 0))"


class Files:
    """Order files in memory."""

    def __init__(self, specs: dict[str, str | Problem], aois: dict[str, str] | None = None) -> None:
        self.specs = specs
        self.aois = aois or {}
        self.included: list[tuple[str, str]] = []

    def walk(self) -> Iterator[SourceFile | Problem]:
        """Yield the files in the order of their paths."""
        for path, text in sorted(self.specs.items()):
            if isinstance(text, Problem):
                yield text
            else:
                content = text.encode()
                yield SourceFile(path, content, hashlib.sha256(content).hexdigest())

    def include(self, spec_file: str, ref: str) -> tuple[bytes, str] | str:
        """Return an AOI, or say that it is missing."""
        self.included.append((spec_file, ref))
        if ref not in self.aois:
            return f"{ref} is not there."
        content = self.aois[ref].encode()
        return content, hashlib.sha256(content).hexdigest()


def spec(name: str, geometry: str = "{bbox: [105, 21, 106, 22]}", provider: str = "tianyi") -> str:
    """Write a spec."""
    return (
        f"name: {name}\norder:\n  provider: {provider}\n  geometry: {geometry}\n"
        f"  startDate: {YEAR}-01-01T00:00Z\n  endDate: {YEAR}-02-01T00:00Z\n"
    )


def names(tree: Tree) -> list[str]:
    """Return the names of the sound specs."""
    return [each.name for each in tree.specs]


def positions(tree: Tree) -> list[tuple[str, str, int | None]]:
    """Return check, file and line of every problem."""
    return [(problem.check, problem.file, problem.line) for problem in tree.problems]


def test_a_file_of_endless_faults_ends_with_a_word_and_hides_no_other_file() -> None:
    endless = "---\nname: x\n" * 5_000
    tree = tree_of(Files({"orders/a.yaml": endless, "orders/b.yaml": spec("B")}))
    assert len(tree.problems) < 3_000
    assert [line for check, _, line in positions(tree) if check == "L12"] == [2_004]
    assert ("N02", "orders/b.yaml", 1) in positions(tree)


def test_an_empty_tree_is_a_tree() -> None:
    assert tree_of(Files({})) == Tree((), (), 0)


def test_specs_come_in_the_order_of_their_places_with_their_sources() -> None:
    files = Files({"orders/b.yaml": spec("one") + "---\n" + spec("two"), "orders/a.yml": spec("z")})
    tree = tree_of(files)
    assert tree.problems == ()
    assert tree.files == 2
    assert names(tree) == ["z", "one", "two"]
    source = tree.specs[2].source
    assert (source.file, source.line, source.document, source.documents) == (
        "orders/b.yaml",
        8,
        1,
        2,
    )
    assert source.sha256 == hashlib.sha256(str(files.specs["orders/b.yaml"]).encode()).hexdigest()


def test_json_files_are_specs_too() -> None:
    value = {
        "name": "json",
        "order": {
            "provider": "tianyi",
            "geometry": {"bbox": [105, 21, 106, 22]},
            "startDate": f"{YEAR}-01-01T00:00Z",
            "endDate": f"{YEAR}-02-01T00:00Z",
        },
    }
    tree = tree_of(Files({"orders/a.JSON": json.dumps(value), "orders/b.yaml": spec("yaml")}))
    assert tree.problems == ()
    first, second = tree.specs
    assert first.order == second.order


def test_every_problem_of_every_file_is_reported_and_no_file_hides_another() -> None:
    hidden = Problem("F09", Severity.ERROR, "orders/d", 0, 0, "", "unreadable", "It is a pipe.")
    files = Files(
        {
            "orders/a.yaml": spec("a", provider="planet") + "---\n" + spec("sound"),
            "orders/b.yaml": "name: b\nname: c\n",
            "orders/c.yaml": spec("c", BOW_TIE),
            "orders/d": hidden,
            "orders/e.yaml": spec("e"),
        }
    )
    tree = tree_of(files)
    assert names(tree) == ["sound", "e"]
    found = positions(tree)
    assert [(file, line) for _, file, line in found] == [
        ("orders/a.yaml", 3),
        ("orders/b.yaml", 2),
        ("orders/c.yaml", 4),
        ("orders/d", 0),
    ]
    assert [check for check, _, _ in found][2:] == ["G05", "F09"]


def test_a_name_that_stands_twice_is_an_error_at_each_place_that_names_the_other() -> None:
    files = Files(
        {
            "orders/a.yaml": spec("same"),
            "orders/b.yaml": spec("other") + "---\n" + spec("same", BOW_TIE),
        }
    )
    tree = tree_of(files)
    first, crossing, second = sorted(
        tree.problems, key=lambda problem: (problem.file, problem.check), reverse=False
    )
    assert (first.check, first.file, first.line) == ("N01", "orders/a.yaml", 1)
    assert "orders/b.yaml:8" in first.detail
    assert crossing.check == "G05"
    assert (second.check, second.file, second.line) == ("N01", "orders/b.yaml", 8)
    assert "orders/a.yaml:1" in second.detail


def test_a_problem_names_the_order_that_it_is_about() -> None:
    bought = spec("warned").replace("order:", "order:\n  recurring: false\n  recurringDay: 7")
    files = Files(
        {
            "orders/crossing.yaml": spec("crossing", BOW_TIE),
            "orders/misspelt.yaml": spec("misspelt") + "  maxClouds: 20\n",
            "orders/several.yaml": bought + "---\n" + spec("other") + "labels: 7\n",
            "orders/twice.yaml": spec("twice") + "---\n" + spec("twice"),
            "orders/missing.yaml": spec("missing", "{file: ../aois/a.geojson}"),
        }
    )
    found = {(problem.check, problem.order) for problem in tree_of(files).problems}
    assert found == {
        ("G05", "crossing"), ("V01", "misspelt"), ("R01", "warned"), ("V03", "other"),
        ("N01", "twice"), ("F01", "missing"),
    }  # fmt: skip


def test_a_problem_that_is_about_no_order_names_none() -> None:
    folder = Problem("L24", Severity.ERROR, "orders/x", None, None, "", "a folder", "It is shut.")
    files = Files(
        {
            "orders/broken.yaml": "name: [broken\n",
            "orders/nameless.yaml": spec("a").replace("name: a\n", ""),
            "orders/misnamed.yaml": spec("A B") + "---\n" + spec("A B"),
            "orders/x": folder,
        }
    )
    tree = tree_of(files)
    assert {problem.check for problem in tree.problems} == {"L01", "V02", "N02", "N01", "L24"}
    assert {problem.order for problem in tree.problems} == {None}


def test_three_equal_names_say_how_many_they_are() -> None:
    tree = tree_of(Files({f"orders/{letter}.yaml": spec("same") for letter in "abc"}))
    assert [problem.check for problem in tree.problems] == ["N01"] * 3
    assert all("3 specs in all" in problem.detail for problem in tree.problems)


@pytest.mark.parametrize(("bound", "most"), [("CHUNK", 4), ("CHUNK_BYTES", 500)])
def test_many_documents_are_read_in_chunks_and_nothing_is_lost(
    monkeypatch: pytest.MonkeyPatch, bound: str, most: int
) -> None:
    monkeypatch.setattr(read_files, bound, most)
    chunks: list[int] = []
    files = Files(
        {
            f"orders/{number:02}.yaml": spec(
                f"o-{number}", BOW_TIE if number % 5 == 0 else f"{{bbox: [{number}, 0, 50, 1]}}"
            )
            for number in range(23)
        }
    )

    def check(chunk: Chunk) -> list[Problem]:
        chunks.append(len(chunk.specs))
        return []

    tree = tree_of(files, check=check)
    assert max(chunks) <= 4
    sound = [number for number in range(23) if number % 5]
    assert names(tree) == [f"o-{number}" for number in sound]
    assert [each.footprint.west for each in tree.specs] == sound
    assert positions(tree) == [("G05", f"orders/{number:02}.yaml", 4) for number in range(0, 23, 5)]


def test_a_check_sees_each_sound_spec_once_with_its_document_and_its_shape() -> None:
    seen: list[tuple[str, tuple[int, int], float]] = []

    def check(chunk: Chunk) -> list[Problem]:
        for each, document, shape in zip(chunk.specs, chunk.documents, chunk.shapes, strict=True):
            seen.append((each.name, document.position(("name",)), shape.bounds[0]))
        first = chunk.specs[0].source
        return [Problem("Z01", Severity.WARNING, first.file, 1, 1, "", "odd", "It is odd.")]

    files = Files(
        {
            "orders/a.yaml": spec("a", "{bbox: [1, 0, 50, 1]}"),
            "orders/b.yaml": spec("b", BOW_TIE) + "---\n" + spec("c", "{bbox: [3, 0, 50, 1]}"),
        }
    )
    tree = tree_of(files, check=check)
    assert seen == [("a", (1, 7), 1.0), ("c", (8, 7), 3.0)]
    assert positions(tree) == [("Z01", "orders/a.yaml", 1), ("G05", "orders/b.yaml", 4)]


def kept_specs(name: str, text: str, **includes: str) -> KeptSpecs:
    """Return what a ledger knows that holds one order as placed, of these texts."""
    source = {
        **SOURCE,
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
        "includes": [
            {"ref": ref, "sha256": hashlib.sha256(aoi.encode()).hexdigest()}
            for ref, aoi in includes.items()
        ],
    }
    state = LedgerState()
    state.fold(chain(STARTED, replace(intended(name), source=source), placed(name))[0])
    return KeptSpecs(state, None)


def test_a_file_whose_bytes_are_placed_is_not_parsed() -> None:
    files = Files(
        {
            "orders/a.yaml": "{not even yaml",
            "orders/b.yaml": spec("b"),
            "orders/c.yaml": spec("a"),
        }
    )
    tree = tree_of(files, kept=kept_specs("a", "{not even yaml"))
    assert tree.kept == (KeptSpec("a", "orders/a.yaml", 1),)
    assert tree.files == 3
    assert names(tree) == ["b", "a"]
    assert positions(tree) == [("N01", "orders/a.yaml", 1), ("N01", "orders/c.yaml", 1)]


@pytest.mark.parametrize(
    ("aois", "kept"), [({"aoi": "placed"}, 1), ({"aoi": "another"}, 0), ({}, 0)]
)
def test_a_file_whose_aoi_is_not_the_placed_one_is_parsed(aois: dict[str, str], kept: int) -> None:
    tree = tree_of(
        Files({"orders/a.yaml": "text"}, aois), kept=kept_specs("a", "text", aoi="placed")
    )
    assert len(tree.kept) == kept
    assert bool(tree.problems) is not bool(kept)


COLLECTION = json.dumps(
    {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "id": index,
                "properties": {"name": name},
                "geometry": {
                    "type": "Polygon",
                    "coordinates": [[[index, 0], [index + 1, 0], [index, 1], [index, 0]]],
                },
            }
            for index, name in enumerate(["west", "east", "twin", "twin"])
        ],
    }
)


def test_a_polygon_in_a_file_is_found_by_name_and_by_id_and_its_digest_is_kept() -> None:
    files = Files(
        {
            "orders/a.yaml": spec("a", "{file: ../aois/d.geojson, feature: east}"),
            "orders/b.yaml": spec("b", "{file: ../aois/d.geojson, feature: 0}"),
            "orders/c.yaml": spec("c", "{file: one.wkt}"),
        },
        {"../aois/d.geojson": COLLECTION, "one.wkt": "POLYGON ((5 0, 6 0, 5 1, 5 0))\n"},
    )
    tree = tree_of(files)
    assert tree.problems == ()
    assert [each.footprint.west for each in tree.specs] == [1, 0, 5]
    digest = hashlib.sha256(COLLECTION.encode()).hexdigest()
    assert tree.specs[0].source.includes == (Include("../aois/d.geojson", digest),)
    assert files.included[0] == ("orders/a.yaml", "../aois/d.geojson")


@pytest.mark.parametrize(
    ("geometry", "check", "words"),
    [
        ("{file: d.geojson}", "F02", "4 features"),
        ("{file: d.geojson, feature: eas}", "F02", "nearest name is 'east'"),
        ("{file: d.geojson, feature: twin}", "F02", "2 features"),
        ("{file: bare.geojson, feature: x}", "F02", "leave `feature` out"),
        ("{file: crs.geojson, feature: x}", "G11", "EPSG:3857"),
        ("{file: missing.geojson}", "F01", "is not there"),
        ("{file: broken.geojson}", "F01", "not valid JSON"),
        ("{file: kml.kml}", "F01", "neither GeoJSON nor WKT"),
        ("{file: bow.wkt}", "G05", "near"),
        ("{file: swapped.wkt}", "A01", "latitude, longitude"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_at_the_reference(
    geometry: str, check: str, words: str
) -> None:
    polygon = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [0, 1], [0, 0]]]}
    crs = {
        "type": "FeatureCollection",
        "crs": {"properties": {"name": "EPSG:3857"}},
        "features": [{"type": "Feature", "id": "x", "geometry": polygon}],
    }
    files = Files(
        {"orders/a.yaml": spec("a", geometry), "orders/b.yaml": spec("b")},
        {
            "d.geojson": COLLECTION,
            "bare.geojson": json.dumps(polygon),
            "crs.geojson": json.dumps(crs),
            "broken.geojson": "{",
            "kml.kml": "<kml/>",
            "bow.wkt": BOW_TIE,
            "swapped.wkt": "POLYGON ((21 105, 22 105, 21 106, 21 105))",
        },
    )
    tree = tree_of(files)
    assert names(tree) == ["b"]
    (problem,) = tree.problems
    assert (problem.check, problem.file, problem.line) == (check, "orders/a.yaml", 4)
    assert words in problem.detail


def test_a_file_that_many_specs_share_is_found_by_all_of_them() -> None:
    files = Files(
        {
            f"orders/{number:03}.yaml": spec(f"o-{number}", f"{{file: {number % 50}.wkt}}")
            for number in range(200)
        },
        {f"{n}.wkt": f"POLYGON (({n} 0, {n + 1} 0, {n} 1, {n} 0))" for n in range(50)},
    )
    tree = tree_of(files)
    assert tree.problems == ()
    assert [each.footprint.west for each in tree.specs] == [n % 50 for n in range(200)]


def test_a_date_without_a_zone_is_read_in_the_zone_of_the_repository() -> None:
    files = Files({"orders/a.yaml": spec("a").replace("Z", "")})
    assert {each.check for each in tree_of(files).problems} == {"T01"}
    (one,) = tree_of(files, Config(timezone=UTC)).specs
    assert one.order.start == f"{YEAR}-01-01T00:00:00Z"


def test_a_spec_that_only_needs_a_word_is_sound() -> None:
    geometry = "{type: Polygon, coordinates: [[[0, 0], [1, 0], [0, 1.123456789]]]}"
    tree = tree_of(Files({"orders/a.yaml": spec("a", geometry)}))
    assert names(tree) == ["a"]
    assert [(each.check, each.severity) for each in tree.problems] == [
        ("G03", Severity.INFO),
        ("G09", Severity.INFO),
    ]
