"""Download: in the end every file is the server's, under its final name, and recorded once."""

import errno
import json
import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from threading import Thread

import pytest

from satops.adapters.deliveries.folder import FolderTarget
from satops.core.order.marketplace_order import DownloadLinks
from satops.core.plan.config import DeliveryConfig
from satops.errors import ExitCode, StoreUnreachable, UsageError
from satops.sandbox.faults import Kind, Rule
from satops.workflow.fetch import TRIES_MAX
from tests.adapters.marketplaces import SECRET
from tests.fakes.ledger_store import Fault
from tests.workflow.deliveries import Team, delivered


def rule(kind: Kind, count: int | None = 1, after: int = 0, **more: object) -> Rule:
    return Rule(kind=kind, on="download", count=count, after=after, **more)  # type: ignore[arg-type]


CUT = rule(Kind.CUT)


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    """One order of one product."""
    with delivered(tmp_path) as team:
        yield team


def require_nothing_leaked(team: Team, *folders: Path) -> None:
    """Look for tokens and signatures in all that was written or said."""
    assert isinstance(team.target, FolderTarget)
    written = [*team.store.lines, *(text.encode() for text in team.seen)]
    for folder in (team.target.root, *folders):
        written += [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    for content in written:
        assert SECRET.encode() not in content
        assert b"sign=" not in content


def test_a_product_has_its_name_its_event_and_nothing_beside_it(team: Team) -> None:
    report = team.download()
    (content,) = team.sold()["a"]
    digest = sha256(content).hexdigest()
    (event,) = team.events()
    number = team.numbers["a"]
    key = f"a/a.100.{digest[:8]}.tif"
    assert {k: event[k] for k in ("name", "order_no", "product", "size", "sha256")} == {
        "name": "a", "order_no": number, "product": "100", "size": len(content), "sha256": digest,
    }  # fmt: skip
    assert event["content_type"] == "image/tiff"
    assert event["title"] == "SANDBOX_1_0.tif"
    assert event["address"] == (
        f"{team.sandbox.url}/market/product/download?orderNo={number}&id=100"
    )
    assert isinstance(team.target, FolderTarget)
    assert (team.target.root / key).read_bytes() == content
    names = [path.name for path in (team.target.root / "a").iterdir()]
    assert names == [f"a.100.{digest[:8]}.tif"]
    assert (report.exit_code, report.here, len(report.fetched)) == (ExitCode.DONE, 0, 1)
    require_nothing_leaked(team)

    again = team.download()
    assert (again.fetched, again.here, team.ranges()) == ((), 1, [""])
    assert len(team.events()) == 1


RESUMED = ["", "bytes="]
ANEW = ["", "bytes=", ""]
FAULTS: dict[str, tuple[list[Rule], list[str]]] = {
    "cut": ([CUT], RESUMED),
    "reset at once": ([rule(Kind.RESET)], ["", ""]),
    "closed at once": ([rule(Kind.CLOSE)], ["", ""]),
    "no ranges": ([CUT, rule(Kind.NO_RANGES)], RESUMED),
    "another start": ([CUT, rule(Kind.WRONG_START)], ANEW),
    "a part as 200": ([CUT, rule(Kind.RANGE_AS_200)], ANEW),
    "compressed": ([rule(Kind.GZIP)], ["", ""]),
    "compressed when gone on with": ([CUT, rule(Kind.GZIP)], [*RESUMED, "bytes="]),
    "a page in its place": ([rule(Kind.PAGE)], ["", ""]),
    "a page when gone on with": ([CUT, rule(Kind.PAGE)], [*RESUMED, "bytes="]),
    "no byte": ([rule(Kind.EMPTY)], ["", ""]),
    "an error of the server": ([rule(Kind.STATUS, status=503)], ["", ""]),
    "too many": ([rule(Kind.STATUS, status=429)], ["", ""]),
    "expired": ([CUT, rule(Kind.STATUS, status=403)], [*RESUMED, "bytes="]),
    "cut four times": ([rule(Kind.CUT, 4)], ["", *["bytes="] * 4]),
    "a hostile name": ([rule(Kind.HOSTILE_NAME)], [""]),
}


@pytest.mark.parametrize("name", FAULTS)
def test_whatever_a_server_does_the_file_is_the_one_it_has(team: Team, name: str) -> None:
    faults, asked = FAULTS[name]
    team.faults(*faults)
    report = team.download()
    assert report.failures == ()
    assert team.files() == team.sold()
    assert [text[:6] for text in team.ranges()] == asked
    assert all(text == "" or int(text[6:-1]) > 0 for text in team.ranges())
    assert len(team.events()) == 1
    assert isinstance(team.target, FolderTarget)
    assert [p.name for p in (team.target.root / "a").iterdir() if p.name[0] == "."] == []
    assert not list(team.target.root.parent.glob("*x*tif"))
    require_nothing_leaked(team)


def test_a_weak_validator_is_never_gone_on_with(team: Team) -> None:
    weak = [rule(Kind.WEAK_ETAG, None)]
    team.faults(CUT, *weak)
    team.download()
    assert team.files() == team.sold()
    # The cut answer had a strong one.  Where none is strong, each try begins at 0:
    team.faults(rule(Kind.WEAK_ETAG, 1), CUT)
    team.download(again=True)
    assert [text[:6] for text in team.ranges()] == ["", "bytes=", ""]


def test_a_stall_is_cut_and_gone_on_with(team: Team) -> None:
    team.stall_s = 1.0
    team.faults(rule(Kind.STALL))
    assert team.download().failures == ()
    assert team.files() == team.sold()
    assert [text[:6] for text in team.ranges()] == RESUMED


def test_a_file_that_changes_in_the_middle_is_one_or_the_other(team: Team) -> None:
    team.faults(CUT, rule(Kind.CHANGED, None))
    team.download()
    assert team.files() == team.sold(revision=1)
    assert len(team.events()) == 1


def test_a_product_that_changed_later_is_a_second_file(team: Team) -> None:
    team.download()
    team.faults(rule(Kind.CHANGED, None))
    assert team.download().fetched == ()
    (changed,) = team.download(again=True).fetched
    assert changed.is_changed
    assert team.files()["a"] == team.sold()["a"] | team.sold(revision=1)["a"]
    assert len(team.events()) == 2
    (same,) = team.download(again=True).fetched
    assert not same.is_changed
    assert len(team.events()) == 2


def test_a_link_that_expired_is_asked_for_again_and_only_a_few_times(tmp_path: Path) -> None:
    with delivered(tmp_path, link_lifetime_s=0, expired_links="page") as team:
        (failure,) = team.download().failures
        assert "page of HTML" in failure.reason
        assert "Your session has ended" in failure.reason
        assert len(team.sandbox.store.requests("/downloadLinks")) <= 1 + TRIES_MAX
        assert team.events() == []
        assert list((tmp_path / "to").rglob("*.tif")) == []
        require_nothing_leaked(team)


REFUSED = {
    "the envelope": (b'{"code": 500, "message": "try later", "data": null}', "marketplace's own"),
    "an XML error": (b"<?xml version='1.0'?><!-- x --><Error><Code>1</Code></Error>", "XML error"),
    "a page": (b"\xef\xbb\xbf \n<!-- hi --><!DOCTYPE HTML><p>sorry", "page of HTML"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_an_answer_in_a_products_place_is_no_product(team: Team, name: str) -> None:
    body, words = REFUSED[name]
    team.faults(rule(Kind.STATUS, None, status=200, body=body.decode()))
    report = team.download()
    assert words in report.failures[0].reason
    assert report.exit_code == ExitCode.MARKETPLACE
    assert team.files() == {"a": set()}
    assert team.events() == []


def test_links_lead_to_the_marketplace_and_named_hosts_and_the_token_to_the_first(
    team: Team,
) -> None:
    port = team.sandbox.url.split(":")[2].split("/")[0]
    (link,) = team.marketplace().download_links(team.numbers["a"]).urls  # type: ignore[union-attr]
    elsewhere = link.replace("127.0.0.1", "localhost")
    for location, words in (
        (elsewhere, f"localhost:{port}"),
        ("ftp://127.0.0.1/x", "no http address"),
        ("http://user:pw@127.0.0.1/x", "user name"),
        ("http://images.example/x", "images.example"),
    ):
        team.faults(rule(Kind.REDIRECT, None, location=location))
        (failure,) = team.download().failures
        assert words in failure.reason, location
        assert "pw" not in failure.reason
    team.config = DeliveryConfig(hosts=(f"localhost:{port}",))
    before = len(team.sandbox.store.requests("/download"))
    team.faults(rule(Kind.REDIRECT, 1, location=elsewhere))
    assert team.download().failures == ()
    first, second = (dict(it.headers) for it in team.sandbox.store.requests("/download")[before:])
    assert first["authorization"] == "(hidden)"
    assert "authorization" not in second
    assert second["host"] == f"localhost:{port}"
    require_nothing_leaked(team)


def test_a_redirect_without_end_is_left(team: Team) -> None:
    (link,) = team.marketplace().download_links(team.numbers["a"]).urls  # type: ignore[union-attr]
    team.faults(rule(Kind.REDIRECT, None, location=link))
    assert "redirects more than" in team.download().failures[0].reason


def test_a_product_above_the_bound_is_not_fetched(team: Team) -> None:
    team.config = DeliveryConfig(bytes_max=1000)
    (failure,) = team.download().failures
    assert "delivery.bytesMax" in failure.reason
    assert len(team.ranges()) == 1


def test_orders_without_a_link_are_counted_and_leave_0(tmp_path: Path) -> None:
    with delivered(tmp_path, ("a", "b", "c")) as team:
        team.sandbox.store.mark(team.numbers["b"], status=5)
        report = team.download()
        assert (report.waiting, len(report.fetched), report.exit_code) == (1, 2, ExitCode.DONE)


def test_names_and_labels_choose_and_what_is_not_placed_is_refused(tmp_path: Path) -> None:
    with delivered(tmp_path, ("ports.sgp", "ports.hkg", "other")) as team:
        assert {it.name for it in team.download("ports.*").fetched} == {"ports.sgp", "ports.hkg"}
        assert [it.name for it in team.download("other").fetched] == ["other"]
        assert team.download(labels=(("team", "x"),)).fetched == ()
        with pytest.raises(UsageError, match="nobody"):
            team.download("nobody")


def test_a_dry_run_writes_nothing(team: Team, tmp_path: Path) -> None:
    report = team.download(dry_run=True)
    assert [(it.name, it.product) for it in report.fetched] == [("a", "100")]
    assert not (tmp_path / "to").exists()
    assert team.ranges() == []
    assert team.events() == []


def test_without_keep_going_the_first_failure_ends_the_run(tmp_path: Path) -> None:
    names = [f"n{index}" for index in range(12)]
    with delivered(tmp_path, names, product_side=16) as team:
        team.faults(rule(Kind.REDIRECT, None, location="http://images.example/"))
        report = team.download(keep_going=False)
        assert report.is_cut_short
        assert len(report.failures) < len(names)
        team.faults()
        assert len(team.download(keep_going=False).fetched) == len(names)


def test_a_ledger_that_fails_leaves_the_product_for_the_next_run_to_record(team: Team) -> None:
    team.store.append_faults.append(Fault.BEFORE_WRITE)
    with pytest.raises(StoreUnreachable):
        team.download()
    assert team.files() == team.sold()
    assert team.events() == []
    report = team.download()
    assert len(report.fetched) == 1
    assert len(team.events()) == 1
    assert team.ranges() == [""], "it was fetched a second time"
    assert team.files() == team.sold()


def test_two_downloads_at_once_fetch_each_product_once(tmp_path: Path) -> None:
    with delivered(tmp_path, ("a", "b", "c"), latency_ms=50, products=2) as team:
        reports = []
        threads = [Thread(target=lambda: reports.append(team.download())) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [report.exit_code for report in reports] == [0, 0, 0]
        assert sum(len(report.fetched) for report in reports) == 6
        assert len(team.events()) == 6
        assert team.files() == team.sold()
        assert len(team.ranges()) == 6
        assert list((tmp_path / "to").rglob(".*")) == []


@pytest.mark.parametrize("where", ["root", "folder"])
def test_a_folder_that_cannot_be_written_is_said(
    team: Team, tmp_path: Path, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(tmp_path / "to"))

    monkeypatch.setattr(Path, "mkdir", refused) if where == "root" else monkeypatch.setattr(
        "satops.adapters.deliveries.part.open_plain", refused
    )
    report = team.download()
    assert report.exit_code == ExitCode.MARKETPLACE
    assert "Read-only file system" in report.failures[0].reason
    assert team.events() == []


def test_a_disk_that_is_full_keeps_the_part_and_the_next_run_goes_on(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, room = os.write, 300_000

    def full(fd: int, content: bytes) -> int:
        nonlocal room
        if len(content) > 1000:
            if room <= 0:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            room -= len(content)
        return write(fd, content)

    monkeypatch.setattr("satops.adapters.deliveries.part.os.write", full)
    (failure,) = team.download().failures
    assert "No space left" in failure.reason
    assert team.files() == {"a": set()}
    monkeypatch.undo()
    assert team.download().failures == ()
    assert team.files() == team.sold()
    assert [text[:6] for text in team.ranges()] == RESUMED


def test_a_part_of_an_earlier_start_of_the_machine_is_not_believed(team: Team) -> None:
    team.faults(rule(Kind.CUT, None))
    assert team.download().failures
    count = len(team.ranges())
    team.faults()
    team.clock.restart()
    assert team.download().failures == ()
    assert team.ranges()[count:] == [""]
    assert team.files() == team.sold()


@pytest.mark.parametrize("what", ["longer", "note", "other bytes"])
def test_a_part_that_somebody_changed_is_given_up(team: Team, tmp_path: Path, what: str) -> None:
    team.faults(rule(Kind.CUT, None))
    team.download()
    (part,) = (tmp_path / "to/a").glob(".*.part")
    note = part.with_name(part.name + ".json")
    if what == "longer":
        part.write_bytes(b"x" * 10_000_000)
    elif what == "note":
        note.write_bytes(b'{"etag": 7, "total": "x"}')
    else:
        part.write_bytes(b"x" * json.loads(note.read_bytes())["total"])
        sealed = {"key": "a/a.tif", "product": "100", "size": 1, "sha256": "0" * 64,
                  "content_type": "image/tiff", "address": "", "title": ""}  # fmt: skip
        note.write_text(json.dumps({**json.loads(note.read_bytes()), "sealed": sealed}))
    team.faults()
    assert team.download().failures == ()
    assert team.files() == team.sold()


def test_nothing_that_is_there_is_overwritten_and_no_link_is_followed(
    team: Team, tmp_path: Path
) -> None:
    (content,) = team.sold()["a"]
    final = tmp_path / f"to/a/a.100.{sha256(content).hexdigest()[:8]}.tif"
    final.parent.mkdir(parents=True)
    final.write_bytes(b"mine")
    assert "in the way" in team.download().failures[0].reason
    assert final.read_bytes() == b"mine"
    final.unlink()
    team.download()
    assert final.read_bytes() == content

    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "to/a").rename(tmp_path / "to/b")
    (tmp_path / "to/a").symlink_to(tmp_path / "elsewhere")
    assert "not followed" in team.download().failures[0].reason
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_two_links_of_one_number_are_not_fetched(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    def links(self: object, order_no: str) -> DownloadLinks:
        address = f"{team.sandbox.url}/market/product/download?id=100&sign="
        return DownloadLinks(2, (address + "aaaa", address + "bbbb", "not an address"))

    monkeypatch.setattr(
        "satops.adapters.marketplaces.eo_imagery.HttpMarketplace.download_links", links
    )
    report = team.download()
    assert report.exit_code == ExitCode.MARKETPLACE
    assert [it.product for it in report.failures] == ["", "100"]
    assert "Several links" in report.failures[1].reason
    assert team.ranges() == []
