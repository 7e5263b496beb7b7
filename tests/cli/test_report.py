"""`satops report`: one file, in its place whole, the same bytes for the same ledger."""

import json
from collections.abc import Iterator
from itertools import product

import pytest

import satops as library
from satops.adapters.files.new_files import write_whole
from satops.adapters.stores.file import FileStore
from satops.cli.plan import FILE_FORMATS
from satops.errors import ExitCode, UsageError
from tests.cli.conftest import Satops
from tests.season import rows_of, season

AT = ("--at", "2031-02-10T09:00Z")


@pytest.fixture
def winter(satops: Satops) -> Satops:
    """A repository whose ledger is that of a whole season."""
    ledger = satops.root / "state/ledger.jsonl"
    ledger.write_bytes(b"".join(line + b"\n" for line in season().lines))
    return satops


def test_the_same_ledger_gives_the_same_file(winter: Satops) -> None:
    ran = winter("report", *AT)
    assert (ran.code, ran.out) == (0, "")
    page = (winter.root / "report.html").read_bytes()
    assert winter("report", *AT, "--out", "again.html").code == 0
    assert (winter.root / "again.html").read_bytes() == page
    library.write_report(winter.root, winter.root / "third.html", at=AT[1])
    assert (winter.root / "third.html").read_bytes() == page
    assert season().head.digest.encode() in page
    other = winter("report", "--at", "2031-02-11T09:00Z", "--out", "again.html")
    assert other.code == 0
    assert (winter.root / "again.html").read_bytes() != page


def test_a_month_and_groups_are_asked_for(winter: Satops) -> None:
    by = ("--by", "label:team", "--by", "state")
    assert winter("report", *AT, "--month", "2030-12", *by).code == 0
    page = (winter.root / "report.html").read_text("utf-8")
    assert "Satellite orders, 2030-12" in page
    assert "By label team and state" in page
    assert "--month 2030-12 --by label:team --by state" in page


@pytest.mark.parametrize(
    "arguments",
    [
        ["--month", "2030-13"], ["--month", "2030-12-01"], ["--by", "team"], ["--at", "soon"],
        ["--out", "orders"], ["--out", "none/report.html"], ["--out", "/dev/stdout"],
    ],
)  # fmt: skip
def test_what_cannot_be_written_is_64_and_leaves_what_is_there(
    winter: Satops, arguments: list[str]
) -> None:
    (winter.root / "report.html").write_text("mine")
    assert winter("report", *arguments).code == 64
    assert (winter.root / "report.html").read_text() == "mine"


def test_a_ledger_that_is_missing_is_never_an_empty_page(satops: Satops) -> None:
    (satops.root / "state/ledger.jsonl").unlink()
    assert satops("report").code == 7
    assert not (satops.root / "report.html").exists()


def test_a_plan_with_a_map_reads_the_ledger_once(
    winter: Satops, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[int] = []
    read = FileStore.read

    def counted(store: FileStore, after: int = 0) -> Iterator[bytes]:
        reads.append(after)
        return read(store, after)

    monkeypatch.setattr(FileStore, "read", counted)
    copy = ("--ledger", "state/ledger.jsonl")
    drawn = winter("plan", *copy, "--format", "geojson").json["features"]
    assert reads == [0]
    polygons = {each["properties"]["name"]: each["geometry"] for each in drawn}
    bought = {row.name: row.outline for row in rows_of(season()) if row.is_spent and row.outline}
    assert len(bought) > 9
    assert {name: polygons[name] for name in bought} == {
        name: json.loads(outline) for name, outline in bought.items()
    }


def test_a_plan_and_a_report_replace_what_is_of_their_kind_alone(satops: Satops) -> None:
    (satops.root / "link.html").symlink_to("state/ledger.jsonl")
    (satops.root / "index.html").write_text("<!DOCTYPE html>\n<html><p>Ours</p></html>\n")
    before = {path: path.read_bytes() for path in satops.root.rglob("*") if path.is_file()}
    all_forms = [word for form in FILE_FORMATS for word in ("--also", f"{form}=own.{form}")]
    assert satops("plan", *all_forms).code == satops("plan", *all_forms).code == ExitCode.DONE
    for path, kind in product(before, (*FILE_FORMATS, "report", "feasibility")):
        with pytest.raises(UsageError, match="satops did not write this file"):
            write_whole(path, [b"lost"], option="--out", kind=kind)
    assert satops("plan", "--out", "satops.yaml").code == ExitCode.USAGE
    assert satops("report", "--out", "satops.yaml").code == ExitCode.USAGE
    now = {path: path.read_bytes() for path in satops.root.rglob("*") if path.is_file()}
    assert before.items() <= now.items()
    assert len(now) == len(before) + len(FILE_FORMATS)
