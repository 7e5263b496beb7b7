"""`satops report`: one file, in its place whole, the same bytes for the same ledger."""

import pytest

import satops as library
from satops.errors import ExitCode
from tests.cli.conftest import Satops
from tests.season import season

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


OVER_A_LEDGER = [
    ("report", "--out", "state/ledger.jsonl"),
    ("report", "--out", "way/to.html"),
    ("plan", "--out", "./state/ledger.jsonl"),
    ("plan", "--also", "json=state/ledger.jsonl"),
]


@pytest.mark.parametrize("call", OVER_A_LEDGER)
def test_nothing_is_written_over_a_ledger(satops: Satops, call: tuple[str, ...]) -> None:
    ledger = satops.root / "state/ledger.jsonl"
    (satops.root / "way").mkdir()
    (satops.root / "way/to.html").symlink_to(ledger)
    before = ledger.read_bytes()
    refused = satops(*call)
    assert refused.code == ExitCode.USAGE
    assert "this is a ledger" in refused.err
    assert ledger.read_bytes() == before
