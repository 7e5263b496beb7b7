"""Plans with what earlier plans have left, without it, and with what a stranger has left there.

How: a repository is edited at random.  After each edit the plan is made in all three ways, and must
be the same, byte for byte.
"""

import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from satops.adapters.files import file_digests, plan_memory, snapshot, spec_memory
from satops.ports import SourceFile
from satops.workflow.read_files import FileReader
from satops.workflow.validate import FileRead
from tests.cli.conftest import Satops

PACKAGE = Path(__file__).parents[2]
CACHE = ".satops/cache"
AREA = '{{"type": "Polygon", "coordinates": [[[{0}, 0], [60, 0], [60, 50], [{0}, 50], [{0}, 0]]]}}'


def spec(name: str, number: int, chance: random.Random) -> str:
    start = datetime.now(UTC).date() + timedelta(days=10 + number)
    west = chance.randrange(1, 50)
    geometry = chance.choice(
        (
            f"{{bbox: [{west}, 21, {west + 0.2}, 21.2]}}",
            "{file: ../aois/shared.geojson}",
            "{file: ../aois/alone.wkt}",
            f"{{point: [{west}, 10], radiusKm: 6}}",
        )
    )
    return (
        f"name: {name}\nlabels: {{team: t{number % 3}}}\norder:\n  provider: changguang\n"
        f"  geometry: {geometry}\n  startDate: {start}T00:00Z\n"
        f"  endDate: {start + timedelta(days=14)}T00:00Z\n  maxCloud: {chance.randrange(5, 90)}\n"
    )


class Edits:
    """A repository that changes at random."""

    def __init__(self, satops: Satops, chance: random.Random) -> None:
        self.satops = satops
        self.root = satops.root
        self.chance = chance
        self.count = 0
        (self.root / "aois").mkdir(exist_ok=True)
        (self.root / "areas").mkdir(exist_ok=True)
        self.area()
        self.shared()
        self.alone()
        self.config()
        for _ in range(6):
            self.add()

    def add(self) -> None:
        self.count += 1
        texts = [
            spec(f"o-{self.count}-{document}", self.count, self.chance)
            for document in range(self.chance.choice((1, 1, 3)))
        ]
        folder = self.root / "orders" / self.chance.choice(("", "a", "a-b"))
        folder.mkdir(exist_ok=True)
        (folder / f"{self.count}.yaml").write_text("---\n".join(texts))

    def change(self) -> None:
        path = self._any()
        text = path.read_text()
        number = str(self.chance.randrange(5, 90))
        path.write_text(
            self.chance.choice(
                (
                    f"# {number}\n{text}",
                    re.sub(r"maxCloud: \d+", f"maxCloud: {number}", text, count=1),
                    re.sub(r"name: o-\d+", f"name: o-{self.chance.randrange(9)}", text, count=1),
                    text.replace("provider: changguang", "provider: nobody", 1),
                    text + "\n\t:",
                )
            )
        )

    def move(self) -> None:
        path = self._any()
        path.rename(path.with_name(f"moved-{self.chance.randrange(99)}.yml"))

    def copy(self) -> None:
        path = self._any()
        shutil.copy(path, path.with_name(f"copied-{self.chance.randrange(99)}.yaml"))

    def drop(self) -> None:
        self._any().unlink()
        self.add()

    def shared(self) -> None:
        west = self.chance.randrange(1, 40)
        text = AREA.format(west).replace("50", "11").replace("60", str(west + 0.3))
        (self.root / "aois" / "shared.geojson").write_text(text.replace(", 0]", ", 10.8]"))

    def alone(self) -> None:
        west = self.chance.randrange(1, 40)
        outline = f"{west} 5, {west + 0.1} 5, {west + 0.1} 5.1, {west} 5"
        (self.root / "aois" / "alone.wkt").write_text(f"POLYGON (({outline}))")

    def area(self) -> None:
        (self.root / "areas" / "allowed.geojson").write_text(
            AREA.format(self.chance.randrange(0, 20))
        )

    def config(self) -> None:
        severity = self.chance.choice(("error", "warning", "info"))
        limit = self.chance.choice((5, 100))
        allowed = self.chance.choice(("", "areas: {allowed: areas/allowed.geojson}\n"))
        (self.root / "satops.yaml").write_text(
            f"marketplace: {{url: sandbox}}\ntimezone: UTC\nchecks: {{A09: {severity}}}\n{allowed}"
            f"limits: {{ordersPerApply: {limit}}}\n"
        )

    def buy(self) -> None:
        self.satops("apply", "--yes")

    def nothing(self) -> None:
        """The next plan may be the same."""

    def _any(self) -> Path:
        return self.chance.choice(sorted(self.root.glob("orders/**/*.y*ml")))


def fresh(satops: Satops) -> bytes:
    """Plan with nowhere to keep a key, so that nothing is believed and nothing is kept."""
    return _timeless(satops("plan", "--json", environ={"HOME": "", "XDG_STATE_HOME": ""}).out)


def remembering(satops: Satops, home: Path) -> bytes:
    environ = {"HOME": str(home), "XDG_STATE_HOME": ""}
    recalled = plan_memory.recall(str(satops.root), environ)
    planned = satops("plan", "--json", environ=environ).out
    if recalled is not None:
        assert _timeless(b"".join(recalled).decode()) == _timeless(planned)
    return _timeless(planned)


def _timeless(report: str) -> bytes:
    """The clock goes on between two plans; nothing else may differ."""
    return re.sub(r'"made_at":"[^"]*"', '"made_at":""', report, count=1).encode()


@pytest.mark.parametrize("seed", range(4))
def test_a_plan_is_the_same_with_and_without_what_earlier_plans_left(
    satops: Satops,
    seed: int,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
) -> None:
    monkeypatch.setattr(snapshot, "_LINES_MIN", 1)
    monkeypatch.setattr(spec_memory, "_FILES_MIN", 1)
    monkeypatch.setattr(file_digests, "_FEW", 1)
    monkeypatch.setattr(file_digests, "_TICK_NS", 10_000_000)
    home, stranger = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("stranger")
    shutil.rmtree(satops.root / "orders")
    (satops.root / "orders").mkdir()
    edits = Edits(satops, random.Random(seed))
    ways: list[Callable[[], None]] = [
        edits.add, edits.change, edits.change, edits.move, edits.copy, edits.drop, edits.shared,
        edits.alone, edits.area, edits.config, edits.nothing,
    ]  # fmt: skip
    for step in range(300 if request.config.getoption("--soak") else 40):
        edits.buy() if step in (4, 12) else edits.chance.choice(ways)()
        expected = fresh(satops)
        assert remembering(satops, home) == expected
        # What another machine has sealed is in the place of what this one has.
        kept = satops.root / CACHE
        own = kept.with_name("own")
        shutil.move(kept, own)
        assert remembering(satops, stranger) == expected
        assert remembering(satops, home) == expected
        shutil.rmtree(kept, ignore_errors=True)
        shutil.move(own, kept)


def test_a_file_without_a_problem_is_not_read_again_until_its_rules_change(
    satops: Satops, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spec_memory, "_FILES_MIN", 1)
    read: list[str] = []

    def watched(reader: FileReader, files: Iterable[SourceFile]) -> Iterator[FileRead]:
        for each in reading(reader, files):
            read.append(each.path)
            yield each

    reading = FileReader.read
    monkeypatch.setattr(FileReader, "read", watched)
    satops.environ.update(HOME=str(satops.root / "home"), XDG_STATE_HOME="")
    paths = sorted(path.name for path in satops.root.glob("orders/*.yaml"))
    for changed in (None, "orders/new.yaml", "satops.yaml"):
        if changed is not None:
            with (satops.root / changed).open("a", encoding="utf-8") as file:
                file.write("# a remark\n")
        first = satops("plan", "--json").out
        assert read
        read.clear()
        again = satops("plan", "--json").out
        assert _timeless(again) == _timeless(first)
        assert [path for path in read if Path(path).name in paths] == []
        read.clear()


@pytest.fixture
def bought(satops: Satops) -> Satops:
    """A repository in which everything is bought."""
    satops.environ["HOME"] = str(satops.root / "home")
    satops.environ["XDG_STATE_HOME"] = ""
    assert satops("apply", "--yes").code == 0
    return satops


def test_a_plan_of_what_is_bought_is_recalled_until_something_changes(bought: Satops) -> None:
    root, environ = str(bought.root), bought.environ
    assert plan_memory.recall(root, environ) is None
    planned = bought("plan", "--json").out
    recalled = plan_memory.recall(str(bought.root / "orders"), environ)
    assert recalled is not None
    assert _timeless(b"".join(recalled).decode()) == _timeless(planned)
    changes: list[tuple[Path, Callable[[Path], object]]] = [
        (next(bought.root.glob("orders/*.yaml")), lambda path: path.write_text("#\n")),
        (bought.root / "orders" / "new.yaml", lambda path: path.write_text("name: x\n")),
        (bought.root / "orders" / "link.yaml", lambda path: path.symlink_to("nowhere")),
        (bought.root / "satops.yaml", lambda path: path.write_text("timezone: UTC\n")),
        (bought.root / "state/ledger.jsonl", lambda path: path.write_bytes(b"")),
        (bought.root / CACHE / "plan", lambda path: path.write_bytes(b"x" * 100)),
    ]
    for path, change in changes:
        before = path.read_bytes() if path.exists() else None
        change(path)
        assert plan_memory.recall(root, environ) is None, path
        path.unlink()
        if before is not None:
            path.write_bytes(before)
        assert plan_memory.recall(root, environ) is not None, path
    assert plan_memory.recall(root, {**environ, "SATOPS_STATE": "file:other"}) is None
    assert plan_memory.recall(root, {"HOME": str(bought.root / "stranger")}) is None
    assert plan_memory.recall(str(bought.root / "missing"), environ) is None


def test_a_change_of_the_schema_is_seen(
    bought: Satops, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """An installation of its own, whose schema is edited."""
    installed = tmp_path_factory.mktemp("installed")
    for name in ("satops", "schema"):
        shutil.copytree(
            PACKAGE / name, installed / name, ignore=shutil.ignore_patterns("__pycache__")
        )

    def plan() -> tuple[int, bytes]:
        done = subprocess.run(
            [sys.executable, "-m", "satops", "-C", str(bought.root), "plan", "--json"],
            cwd=installed,
            env={**os.environ, **bought.environ},
            capture_output=True,
            check=False,
        )
        return done.returncode, _timeless(done.stdout.decode())

    new = bought.root / "orders" / "new.yaml"
    sample = next(bought.root.glob("orders/*.yaml")).read_text()
    new.write_text(re.sub(r"(?m)^name: .*", "name: new", sample) + "\n# new\n")
    assert plan() == plan()
    new.unlink()
    kept = plan()
    assert kept == plan()
    assert kept[0] == 0
    schema = installed / "schema" / "order.schema.json"
    schema.write_text(schema.read_text().replace('"title": "Name"', '"title": "Its name"'))
    assert plan_memory.recall(str(bought.root), bought.environ) is not None
    assert plan() == kept
