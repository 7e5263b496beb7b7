"""What a stranger's pull request can reach: nothing that spends, no token, and not the ledger."""

import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from satops.errors import ExitCode
from tests.adapters.git.forge import git
from tests.gitops.act import Act
from tests.gitops.github_api import GitHub
from tests.gitops.rehearsal import TOKEN, Edit, Rehearsal


@contextmanager
def listener() -> Iterator[tuple[str, list[bytes]]]:
    """Listen as a stranger's server would; yields its address and all that it heard."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def listen() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    heard.append(connection.recv(65536))

        thread = threading.Thread(target=listen)
        thread.start()
        try:
            yield f"127.0.0.1:{server.getsockname()[1]}", heard
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


def config(before: str, after: str) -> Edit:
    """Return the edit of one text in satops.yaml."""

    def edit(work: Path) -> None:
        text = (work / "satops.yaml").read_text("utf-8")
        assert before in text
        (work / "satops.yaml").write_text(text.replace(before, after), "utf-8")

    return edit


def test_a_fork_gets_a_plan_in_the_summary_and_runs_no_code_in_place_of_pip_or_satops(
    rehearsal: Rehearsal, act: Act, api: GitHub
) -> None:
    marks = rehearsal.folder / "ran"

    def plant(work: Path) -> None:
        for name in ("pip", "satops", "json", "click", "sitecustomize"):
            (work / f"{name}.py").write_text(f"open({str(marks)!r}, 'a').write({name!r})\n")

    request = rehearsal.open(rehearsal.order("hanoi"), plant, fork=True)
    planned = act.plan(request, INSTALLED="")
    assert planned.ok, planned.log
    assert not marks.exists()
    assert "satops plan: 1 order to create" in planned.summary
    assert (rehearsal.artifacts / "satops-plan/plan.md").exists()
    assert "A pull request from a fork gets no comment." in planned.log
    assert api.comments == []


def test_a_fork_cannot_point_the_plan_or_the_apply_at_a_host_of_its_own(
    rehearsal: Rehearsal, act: Act
) -> None:
    before = rehearsal.state_commit()
    with listener() as (address, heard):
        request = rehearsal.open(
            rehearsal.order("hanoi"),
            config(rehearsal.market.url, f"http://{address}/market_service"),
            config("git:satops-state", f"git:http://{address}/x.git#satops-state"),
            fork=True,
        )
        planned = act.plan(request)
        assert planned.ok, planned.log
        assert "L30" in planned.summary
        assert f"http://{address}/market_service" in planned.summary
        assert f"http://{address}/x.git" in planned.summary
        assert heard == []
        # And if somebody merges it all the same:
        rehearsal.merge(request)
        applied = act.apply()
        assert not applied.ok
        assert "allows only" in applied.words
        assert heard == []
    assert TOKEN not in applied.log
    assert rehearsal.bought() == []
    assert rehearsal.state_commit() == before


def test_a_merged_change_of_marketplace_or_ledger_stops_the_apply(rehearsal: Rehearsal) -> None:
    ledger, main = rehearsal.state_commit(), git(rehearsal.remote, "rev-parse", "main")
    for before, after in (
        ("url: http", "url: sandbox # http"),
        ("git:satops-state", "file:mine.jsonl"),
        ("git:satops-state", "git:another-ledger"),
    ):
        rehearsal.merge(rehearsal.open(rehearsal.order("hanoi"), config(before, after)))
        applied = rehearsal.apply()
        assert applied.returncode == ExitCode.USAGE
        assert "allows only" in applied.stderr
        git(rehearsal.remote, "update-ref", "refs/heads/main", main)
    rehearsal.merge(rehearsal.open(rehearsal.order("hanoi")))
    applied = rehearsal.apply(MARKETPLACE="")
    assert applied.returncode == ExitCode.USAGE
    assert "allows no marketplace" in applied.stderr
    assert rehearsal.bought() == []
    assert rehearsal.state_commit() == ledger


def test_a_fork_cannot_raise_its_limits_hide_its_orders_or_bring_its_ledger(
    rehearsal: Rehearsal,
) -> None:
    def planned(slugs: tuple[str, ...], *edits: Edit) -> "subprocess.CompletedProcess[str]":
        return rehearsal.plan(rehearsal.open(rehearsal.order(*slugs), *edits, fork=True))

    def move(work: Path) -> None:
        (work / "orders").rename(work / "elsewhere")

    def ledger(work: Path) -> None:
        assert rehearsal.satops(work, "ledger", "start", "--yes").returncode == 0

    rehearsal.merge(rehearsal.open(config("ordersPerApply: 20", "ordersPerApply: 1")))
    raised = config("ordersPerApply: 1", "ordersPerApply: 100")
    plan = planned(("hanoi", "mekong-flood"), raised)
    assert plan.returncode == ExitCode.REFUSED
    assert "ordersPerApply" in plan.stdout
    assert "limits.ordersPerApply" in plan.stdout
    plan = planned(("hanoi",), config("orders: orders/", "orders: elsewhere/"), move)
    assert "1 order to create" in plan.stdout
    assert "orders: changed since" in plan.stdout
    plan = planned(("hanoi",), config("git:satops-state", "file:mine.jsonl"), ledger)
    (head,) = [line for line in plan.stdout.splitlines() if "Ledger head" in line]
    assert rehearsal.state().head.digest in head
