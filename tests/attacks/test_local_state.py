"""What a pull request may bring in place of this machine's state: nothing of it is believed.

The order in doubt is bought, and not listed yet.  Every file here says, in one of the forms in
which satops keeps or kept it, that it was not placed, or that it was, or that enough was looked.
"""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from functools import partial
from hashlib import sha256
from pathlib import Path

import pytest

from satops.adapters.clock import SystemClock
from satops.core import json_text
from satops.workflow.replay import require_own_appends
from tests.attacks.trial import DOUBT, HIDDEN_FOR, LOST, STATE, Trial, Write, git
from tests.crash.arena import Arena, counts, server

PLACES = (
    ".satops/spool",
    "spool",
    ".local/state/satops/ledgers/{ledger}/spool",
    "satops/ledgers/{ledger}/spool",
    "ledgers/{ledger}/spool",
    "local/ledgers/{ledger}/spool",
    ".git-local/satops/ledgers/{ledger}/spool",
)
"""Where a spool may seem to be one."""


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    folder = tmp_path_factory.mktemp("trial")
    with server(folder / "orders.sqlite", faults=[LOST], visible_after_queries=HIDDEN_FOR) as url:
        yield Trial(folder, url, folder / "orders.sqlite")


def _spool(outcome: dict[str, object]) -> Write:
    """Return what writes a spool with an outcome in every place, as 0.1 wrote it and as now."""

    def write(root: Path, trial: Trial) -> None:
        known, ledger = trial.doubt, trial.arena.ledger().ledger
        line = {
            "ledger": ledger,
            "run": known.run,
            "name": DOUBT,
            "attempt": known.attempt,
            "time": "2031-05-06T07:08:09Z",
            "outcome": outcome,
        }
        lines = [line, {**line, "intent": known.intent}]
        for place in PLACES:
            folder = root / place.format(ledger=ledger)
            folder.mkdir(parents=True)
            content = b"".join(b"\n" + json_text.dumps(each) + b"\n" for each in lines)
            (folder / f"{known.run}.jsonl").write_bytes(content)

    return write


def _json(name: str, make: Callable[[Trial], object]) -> Write:
    """Return what writes a JSON file beside each of those places."""

    def write(root: Path, trial: Trial) -> None:
        ledger = trial.arena.ledger().ledger
        for place in (*PLACES, ".satops/spool/stores/x"):
            folder = (root / place.format(ledger=ledger)).parent
            folder.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(json_text.dumps(make(trial)))

    return write


def _looks(trial: Trial) -> object:
    known, epoch = trial.doubt, SystemClock().epoch
    look = {"first": 0.0, "count": 1000, "epoch": epoch}
    return {
        known.intent: look,
        f"{trial.arena.ledger().ledger}/{DOUBT}/{known.attempt}": look,
        "epoch": epoch,
        "looks": {f"{DOUBT}#{known.attempt}": look, DOUBT: look},
    }


def _look_file() -> str:
    return f"looks-{sha256(SystemClock().epoch.encode()).hexdigest()[:16]}.json"


def _link(place: str, target: str) -> Write:
    def write(root: Path, trial: Trial) -> None:
        (root / place).parent.mkdir(parents=True, exist_ok=True)
        (root / place).symlink_to(target)

    return write


def _repository_of_its_own(root: Path, trial: Trial) -> None:
    _spool({"kind": "NotSent", "reason": "refused"})(root, trial)
    inner = root / ".satops"
    git(inner, "init", "-q")
    git(inner, "add", "--all", ".")
    git(inner, "commit", "-q", "-m", "x")


def _database(root: Path, trial: Trial) -> None:
    for place in (".satops", "ledgers/none"):
        (root / place).mkdir(parents=True, exist_ok=True)
        shutil.copyfile(trial.arena.db, root / place / "sandbox.sqlite")


def _many_files(root: Path, trial: Trial) -> None:
    folder = root / ".satops" / "spool"
    folder.mkdir(parents=True)
    for number in range(2000):
        (folder / f"{number}.jsonl").write_bytes(b"{}\n" * 10)


PAYLOADS: dict[str, Write] = {
    "a spool: not sent": _spool({"kind": "NotSent", "reason": "refused"}),
    "a spool: rejected": _spool({"kind": "Rejection", "code": 400, "message": "no"}),
    "a spool: a forged receipt": _spool({"kind": "Receipt", "order_no": "PROG_ORDER_FORGED"}),
    "a spool: forged types": _spool({"kind": "Receipt", "order_no": {"a": [1e400]}}),
    "looks.json": _json("looks.json", _looks),
    "the file of looks": _json(_look_file(), _looks),
    "proofs.json": _json("proofs.json", lambda _: {"git:satops-state": {"time": "", "broken": ""}}),
    "a head far ahead": _json("head.json", lambda _: {"seq": 10**6, "digest": "f" * 64}),
    "a sandbox with its orders": _database,
    ".satops as a link to .git": _link(".satops", ".git"),
    ".satops as a link to the orders": _link(".satops", "orders"),
    "the spool as a link to orders": _link(".satops/spool", "../orders"),
    "the spool as a link to .git": _link(".satops/spool", "../.git"),
    "the spool as a link to itself": _link(".satops/spool", "spool"),
    "the cache as a link to .git": _link(".satops/cache", "../.git"),
    "a file of the spool without end": _link(".satops/spool/x.jsonl", "/dev/zero"),
    "looks without end": _link(".satops/looks.json", "/dev/zero"),
    "a spool in a repository of its own": _repository_of_its_own,
    "a spool of many files": _many_files,
}


def _snapshot(root: Path) -> dict[str, bytes | str]:
    """Return every file and link of a checkout, but for what git itself writes by the hour."""
    found: dict[str, bytes | str] = {}
    for folder, names, files in os.walk(root):
        at = Path(folder)
        for name in (*files, *(n for n in names if (at / n).is_symlink())):
            path = at / name
            key = path.relative_to(root).as_posix()
            if key.startswith((".git/objects/", ".git/refs/", ".git/logs/", ".git/FETCH_HEAD")):
                continue
            found[key] = str(path.readlink()) if path.is_symlink() else path.read_bytes()
    return found


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_what_a_merge_brings_neither_frees_nor_settles_an_order_in_doubt(
    payload: Write, trial: Trial
) -> None:
    branch = "attack"
    trial.merge(payload, branch)
    trial.fresh_runner(branch, "--recurse-submodules")
    events, before = trial.lines, _snapshot(trial.arena.root)
    trial.arena.run("plan").check(0)
    trial.arena.run("apply", "--yes", "--no-wait").check(6)
    trial.arena.run("reconcile", "--no-wait").check(6)
    trial.judge(events)
    assert _snapshot(trial.arena.root) == before
    trial.remove_checkouts()


@pytest.mark.parametrize("variable", ["SATOPS_LOCAL", "XDG_STATE_HOME", "HOME"])
def test_a_runner_whose_state_would_lie_in_the_checkout_does_nothing(
    variable: str, trial: Trial
) -> None:
    trial.merge(_spool({"kind": "NotSent", "reason": "refused"}), "attack")
    trial.fresh_runner("attack")
    events, root = trial.lines, str(trial.arena.root)
    environ = trial.arena.environment(GIT_CONFIG_GLOBAL=os.devnull, HOME=root)
    for other in ("SATOPS_LOCAL", "XDG_STATE_HOME"):
        environ.pop(other, None)
    environ[variable] = root
    for arguments in (("apply", "--yes"), ("reconcile",), ("refresh",)):
        ran = subprocess.run(
            trial.arena.command(*arguments), env=environ, capture_output=True, text=True
        )
        assert ran.returncode == 64, ran
        assert "lies in the repository" in ran.stderr
    trial.judge(events)
    trial.remove_checkouts()


def _clean(root: Path) -> None:
    git(root, "clean", "-q", "-ffdx")


def _clone_again(root: Path) -> None:
    shutil.rmtree(root)
    git(root.parent, "clone", "-q", str(root.parent / "origin.git"), str(root))


@pytest.mark.parametrize("clean", [_clean, _clone_again])
def test_what_is_done_to_the_checkout_between_two_runs_loses_no_number(
    clean: Callable[[Path], None], tmp_path: Path
) -> None:
    git(tmp_path, "init", "-q", "--bare", "-b", "main", "origin.git")
    git(tmp_path, "clone", "-q", "origin.git", "repository")
    db = tmp_path / "orders.sqlite"
    with server(db, visible_after_queries=HIDDEN_FOR) as url:
        arena = Arena(tmp_path, url, db, orders=1, state=STATE)
        git(arena.root, "add", ".")
        git(arena.root, "commit", "-q", "-m", "x")
        git(arena.root, "push", "-q", "origin", "HEAD:main")
        arena.killed_at("spooled")
        clean(arena.root)
        # The list does not show the order yet: the spool alone knows its number.
        arena.run("apply", "--yes").check(0)
        arena.judge()
        assert counts(arena) == {"placed": 1}
        assert arena.spooled() == ""


def test_an_older_ledger_that_a_merge_brings_buys_nothing_where_it_was_appended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = partial(require_own_appends, behind_s=0)
    monkeypatch.setattr("satops.workflow.begin.require_own_appends", at_once)
    db = tmp_path / "orders.sqlite"
    with server(db, visible_after_queries=HIDDEN_FOR) as url:
        arena = Arena(tmp_path, url, db, orders=1, state="file:ledger.jsonl")
        older = (arena.root / "ledger.jsonl").read_bytes()
        arena.run("apply", "--yes").check(0)
        newer = (arena.root / "ledger.jsonl").read_bytes()
        first = json_text.loads(older.split(b"\n")[0])
        other = json_text.dumps({**first, "time": "2031-05-06T07:08:09Z"}) + b"\n"
        # Cut back; another history under the same id; and the same with a run in it already.
        for brought in (older, other, other + newer[len(older) :]):
            (arena.root / "ledger.jsonl").write_bytes(brought)
            arena.run("apply", "--yes").check(7)
            arena.run("reconcile").check(7)
        (arena.root / "ledger.jsonl").write_bytes(newer)
        arena.judge()
        arena.run("apply", "--yes").check(0)
        arena.judge()
