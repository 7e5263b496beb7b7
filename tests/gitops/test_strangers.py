"""What a stranger's pull request can reach: nothing that spends, no token, and not the ledger."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from satops.errors import ExitCode
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


def test_a_forks_pull_request_gets_a_real_plan_in_the_summary(
    rehearsal: Rehearsal, act: Act, api: GitHub
) -> None:
    planned = act.plan(rehearsal.open(rehearsal.order("hanoi"), fork=True))
    assert planned.ok, planned.log
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


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("url: http", "url: sandbox # http"),
        ("git:satops-state", "file:mine.jsonl"),
        ("git:satops-state", "git:another-ledger"),
    ],
)
def test_a_merged_change_of_marketplace_or_ledger_stops_the_apply(
    rehearsal: Rehearsal, before: str, after: str
) -> None:
    commit = rehearsal.state_commit()
    rehearsal.merge(rehearsal.open(rehearsal.order("hanoi"), config(before, after)))
    applied = rehearsal.apply()
    assert applied.returncode == ExitCode.USAGE
    assert "allows only" in applied.stderr
    assert rehearsal.bought() == []
    assert rehearsal.state_commit() == commit


def test_a_fork_cannot_raise_the_limits_that_hold_its_own_plan(rehearsal: Rehearsal) -> None:
    rehearsal.merge(rehearsal.open(config("ordersPerApply: 20", "ordersPerApply: 1")))
    request = rehearsal.open(
        rehearsal.order("hanoi", "mekong-flood"),
        config("ordersPerApply: 1", "ordersPerApply: 100"),
        fork=True,
    )
    planned = rehearsal.plan(request)
    assert planned.returncode == ExitCode.REFUSED
    assert "ordersPerApply" in planned.stdout
    assert "limits.ordersPerApply" in planned.stdout


def test_orders_that_hide_in_another_folder_are_in_the_plan(rehearsal: Rehearsal) -> None:
    def move(work: Path) -> None:
        (work / "orders").rename(work / "elsewhere")

    moved = config("orders: orders/", "orders: elsewhere/")
    planned = rehearsal.plan(rehearsal.open(rehearsal.order("hanoi"), moved, move, fork=True))
    assert "1 order to create" in planned.stdout
    assert "orders: changed since" in planned.stdout


def test_a_fork_cannot_bring_its_own_ledger_in_its_tree(rehearsal: Rehearsal) -> None:
    def ledger(work: Path) -> None:
        assert rehearsal.satops(work, "ledger", "start", "--yes").returncode == 0

    mine = config("git:satops-state", "file:mine.jsonl")
    planned = rehearsal.plan(rehearsal.open(rehearsal.order("hanoi"), mine, ledger, fork=True))
    (head,) = [line for line in planned.stdout.splitlines() if "Ledger head" in line]
    assert rehearsal.state().head.digest in head


def test_a_fork_cannot_run_its_own_code_in_place_of_pip_or_satops(
    rehearsal: Rehearsal, act: Act
) -> None:
    marks = rehearsal.folder / "ran"

    def plant(work: Path) -> None:
        for name in ("pip", "satops", "json", "click", "sitecustomize"):
            (work / f"{name}.py").write_text(f"open({str(marks)!r}, 'a').write({name!r})\n")

    planned = act.plan(rehearsal.open(rehearsal.order("hanoi"), plant, fork=True))
    assert planned.ok, planned.log
    assert not marks.exists()


def test_an_environment_without_a_marketplace_allows_none(rehearsal: Rehearsal) -> None:
    rehearsal.merge(rehearsal.open(rehearsal.order("hanoi")))
    applied = rehearsal.apply(MARKETPLACE="")
    assert applied.returncode == ExitCode.USAGE
    assert "allows no marketplace" in applied.stderr
    assert rehearsal.bought() == []
