"""A spool of satops 0.1 in the repository: ours stops a run, and a commit's is only named."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from satops.api.ledger_start import start_ledger
from satops.api.repository import open_repository
from satops.core import json_text
from satops.errors import LedgerOlder
from tests import strange_files

CONFIG = "timezone: UTC\nstate: file:state/ledger.jsonl\nmarketplace: {url: sandbox}\n"


class Tree:
    """A repository, in git or not, and what its runs say."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "repository"
        self.root.mkdir()
        (self.root / "satops.yaml").write_text(CONFIG, "utf-8")
        self.said: list[str] = []
        self.environ = {"SATOPS_LOCAL": str(folder / "local")}
        start_ledger(self.root, environ=self.environ)

    def git(self, *arguments: str, at: Path | None = None) -> None:
        """Call git in the repository."""
        command = ["git", "-c", "user.name=A", "-c", "user.email=a@example.org", *arguments]
        subprocess.run(command, cwd=at or self.root, check=True, capture_output=True)

    def spool(self, *outcomes: Mapping[str, object], file: str = "run.jsonl") -> Path:
        """Write a spool as satops 0.1 did."""
        path = self.root / ".satops" / "spool" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = [
            {"ledger": "l", "run": "r", "name": f"order-{number}", "attempt": 1, "outcome": outcome}
            for number, outcome in enumerate(outcomes, 1)
        ]
        path.write_bytes(b"".join(b"\n" + json_text.dumps(line) + b"\n" for line in lines))
        return path

    def begin(self) -> None:
        """Do what every verb does before it appends."""
        open_repository(self.root, environ=self.environ).appending("apply", self.said.append)

    def stops(self) -> str:
        """Begin a run, which must stop, and return its message."""
        with pytest.raises(LedgerOlder) as stopped:
            self.begin()
        return str(stopped.value)


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path)


@pytest.fixture
def in_git(tree: Tree) -> Tree:
    tree.git("init", "--quiet")
    return tree


RECEIPT = {"kind": "Receipt", "order_no": "PROG_1"}


@pytest.mark.parametrize("in_git", [False, True])
def test_what_git_does_not_track_stops_a_run_and_is_shown_as_text(
    tree: Tree, *, in_git: bool
) -> None:
    if in_git:
        tree.git("init", "--quiet")
        (tree.root / ".gitignore").write_text(".satops/\n", "utf-8")
    tree.spool(
        RECEIPT,
        {"kind": "InDoubt", "reason": "lost", "evidence": ""},
        {"kind": "NotSent", "reason": "refused"},
        {"kind": "Rejection", "code": 400, "message": "no"},
        {"kind": "Refund"},
    )
    assert tree.stops().split("\n")[1:] == [
        "    satops resolve order-1 --placed PROG_1",
        "    satops reconcile    # order-2 is in doubt",
        "    # order-3: nothing was bought",
        "    # order-4: nothing was bought",
        "    satops reconcile    # order-5 is in doubt",
    ]
    assert tree.said == []


def test_a_repository_without_one_and_an_empty_one_stop_nothing(tree: Tree) -> None:
    tree.begin()
    path = tree.spool()
    tree.begin()
    path.unlink()
    tree.begin()
    assert tree.said == []


def test_what_git_tracks_is_named_and_stops_nothing(in_git: Tree) -> None:
    in_git.spool(RECEIPT, file="a.jsonl")
    in_git.spool(RECEIPT, file="b.jsonl")
    in_git.git("add", "--force", ".")
    in_git.begin()
    (said,) = in_git.said
    assert "holds 2 of the repository's own files" in said
    assert "PROG_1" not in said


def test_beside_what_git_tracks_our_own_still_stops(in_git: Tree) -> None:
    in_git.spool({"kind": "Receipt", "order_no": "FORGED"}, file="a.jsonl")
    in_git.git("add", "--force", ".")
    in_git.git("commit", "--quiet", "-m", "x")
    in_git.spool(RECEIPT, file="b.jsonl")
    message = in_git.stops()
    assert "PROG_1" in message
    assert "FORGED" not in message
    assert len(in_git.said) == 1


def test_a_repository_of_its_own_that_a_commit_brings_is_named_and_stops_nothing(
    in_git: Tree,
) -> None:
    in_git.spool(RECEIPT)
    inner = in_git.root / ".satops"
    in_git.git("init", "--quiet", at=inner)
    in_git.git("add", ".", at=inner)
    in_git.git("commit", "--quiet", "-m", "x", at=inner)
    in_git.git("add", "--force", ".satops")
    in_git.begin()
    assert len(in_git.said) == 1


def test_a_repository_of_its_own_that_no_commit_brings_stops_a_run(in_git: Tree) -> None:
    in_git.spool(RECEIPT)
    in_git.git("init", "--quiet", at=in_git.root / ".satops")
    assert "PROG_1" in in_git.stops()


@pytest.mark.parametrize("place", [".satops", ".satops/spool"])
@pytest.mark.parametrize("tracked", [False, True])
def test_a_link_is_not_followed_and_stops_a_run_unless_a_commit_brings_it(
    in_git: Tree, place: str, *, tracked: bool, tmp_path: Path
) -> None:
    in_git.spool(RECEIPT)
    (in_git.root / place).rename(tmp_path / "elsewhere")
    (in_git.root / place).symlink_to(tmp_path / "elsewhere")
    if tracked:
        in_git.git("add", "--force", ".")
        in_git.begin()
        assert len(in_git.said) == 1
    else:
        assert f"# {place}: It is a link, and was not followed." in in_git.stops()


@pytest.mark.parametrize("kind", ["link", "device", "FIFO", "folder", "huge"])
def test_what_is_no_file_stops_a_run_unread(in_git: Tree, kind: str, tmp_path: Path) -> None:
    path = in_git.spool()
    path.unlink()
    strange_files.put(kind, path, tmp_path / "elsewhere")
    assert "# .satops/spool/run.jsonl: " in in_git.stops()


def test_a_line_that_was_cut_is_shown_as_it_is(tree: Tree) -> None:
    path = tree.spool(RECEIPT)
    path.write_bytes(path.read_bytes()[:-10] + b"\n[]\n" + b"\xff\x1b[2J")
    told = tree.stops().split("\n")[1:]
    assert told[0].startswith('    # cannot be read: {"ledger":"l","run":"r","name":"order-1"')
    assert told[1:] == ["    # cannot be read: []", "    # cannot be read: �\\x1b[2J"]


def test_what_a_line_holds_is_one_word_of_a_command_and_one_line_of_text(tree: Tree) -> None:
    path = tree.spool({"kind": "Receipt", "order_no": "PROG_1\n    satops apply; rm -rf ~"})
    path.write_bytes(path.read_bytes().replace(b"order-1", b"a; rm -rf ~\\u001b[2J"))
    assert tree.stops().split("\n")[1:] == [
        r"    satops resolve 'a; rm -rf ~\x1b[2J' --placed 'PROG_1\n    satops apply; rm -rf ~'"
    ]


def test_a_spool_of_many_lines_is_shown_in_part(tree: Tree) -> None:
    tree.spool(*[RECEIPT] * 120)
    told = tree.stops().split("\n")[1:]
    assert len(told) == 51
    assert told[-1] == "    and 70 more"
