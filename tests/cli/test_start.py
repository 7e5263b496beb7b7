"""init and new: what they write, and what they never touch."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from satops.errors import ExitCode
from tests.cli.conftest import Satops

HANOI = ("--provider", "changguang", "--mode", "very-high", "--max-cloud", "20")
PLACE = ("--bbox", "105.80", "21.00", "105.88", "21.06")


def window() -> tuple[str, str, str, str]:
    """Return a window that is always in the future."""
    year = datetime.now(UTC).year + 1
    return ("--start", f"{year}-06-01T00:00Z", "--end", f"{year}-06-15T00:00Z")


def files(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()
    }


def test_init_makes_a_folder_that_is_ready(empty: Satops) -> None:
    made = empty("init", "imagery")
    assert made.code == ExitCode.DONE
    assert "    cd imagery && satops plan" in made.out
    root = empty.root / "imagery"
    assert {
        "satops.yaml",
        ".gitattributes",
        "state/ledger.jsonl",
        "schema/order.schema.json",
        "schema/config.schema.json",
        "aois/mekong.geojson",
        "orders/hanoi.yaml",
    } <= set(files(root))
    spec = (root / "orders/hanoi.yaml").read_text("utf-8")
    assert spec.startswith("# yaml-language-server: $schema=../schema/order.schema.json\n")
    assert (root / "orders/../schema/order.schema.json").resolve().is_file()


def test_init_writes_nothing_where_a_file_that_gets_a_line_is_a_link(empty: Satops) -> None:
    (empty.root / "theirs").write_bytes(b"theirs")
    for name in (".gitattributes", ".gitignore"):
        (empty.root / name).symlink_to("theirs")
    before = files(empty.root)
    ran = empty("init")
    assert ran.code == ExitCode.REFUSED
    assert ".gitattributes: It is a link" in ran.err
    assert files(empty.root) == before
    (empty.root / ".gitattributes").unlink()
    assert empty("init").code == ExitCode.REFUSED
    (empty.root / ".gitignore").unlink()
    assert empty("init").code == ExitCode.DONE
    assert (empty.root / ".gitignore").read_text() == "/deliveries/\n"
    assert (empty.root / "theirs").read_bytes() == b"theirs"


def test_init_in_a_repository_changes_nothing(satops: Satops) -> None:
    before = files(satops.root)
    again = satops("init")
    assert again.code == ExitCode.REFUSED
    assert files(satops.root) == before


def test_init_overwrites_nothing(empty: Satops) -> None:
    (empty.root / "orders").mkdir()
    (empty.root / "orders/hanoi.yaml").write_text("mine")
    refused = empty("init")
    assert refused.code == ExitCode.REFUSED
    assert "orders/hanoi.yaml" in refused.err
    assert files(empty.root) == {"orders/hanoi.yaml": b"mine"}


def test_init_without_samples_is_an_empty_repository(empty: Satops) -> None:
    assert empty("init", "--no-samples").code == ExitCode.DONE
    planned = empty("plan")
    assert planned.code == ExitCode.DONE
    assert "There are no order specs yet." in planned.out
    assert "There are no order specs yet." in empty("validate").out


def test_new_writes_a_spec_that_plans(satops: Satops) -> None:
    made = satops("new", "hanoi-east", *HANOI, *PLACE, *window(), "--label", "team=city maps")
    assert made.code == ExitCode.DONE, made.err
    assert made.out.startswith("Wrote orders/hanoi-east.yaml.")
    actions = satops("plan", "--json").json["actions"]
    (action,) = (action for action in actions if action["name"] == "hanoi-east")
    assert (action["action"], action["mode"]) == ("create", "very-high")
    assert satops("show", "hanoi-east", "--json").json["spec"]["labels"] == {"team": "city maps"}


@pytest.mark.parametrize(
    "place",
    [
        ("--point", "105.85", "21.03", "--radius-km", "3"),
        ("--aoi", "aois/mekong.geojson#can-tho"),
    ],
)
def test_new_takes_a_place_in_each_form(satops: Satops, place: tuple[str, ...]) -> None:
    assert satops("new", "somewhere", *HANOI, *place, *window()).code == ExitCode.DONE
    assert satops("validate").code == ExitCode.DONE


def test_new_finds_the_aoi_from_wherever_the_spec_lies(satops: Satops) -> None:
    aoi = ("--aoi", "aois/mekong.geojson#can-tho")
    deep = satops("new", "deep", *HANOI, *aoi, *window(), "--file", "orders/south/delta/deep.yaml")
    assert deep.code == ExitCode.DONE, deep.err
    satops.edit("satops.yaml", "orders: orders/", "orders: specs/of/ours/")
    assert satops("new", "elsewhere", *HANOI, *aoi, *window()).code == ExitCode.DONE
    assert (satops.root / "specs/of/ours/elsewhere.yaml").is_file()


def test_new_writes_nothing_that_is_not_sound(satops: Satops) -> None:
    refused = satops("new", "hanoi-east", *HANOI[:2], "--mode", "stripmap", *PLACE, *window())
    assert refused.code == ExitCode.INVALID
    assert "orders/hanoi-east.yaml" in refused.err
    assert not (satops.root / "orders/hanoi-east.yaml").exists()


def test_new_never_reuses_a_name(satops: Satops) -> None:
    name = satops("plan", "--json").json["actions"][0]["name"]
    refused = satops("new", name, *HANOI, *PLACE, *window())
    assert refused.code == ExitCode.INVALID
    assert "error N01" in refused.err


def test_new_takes_no_window_that_is_over(satops: Satops) -> None:
    past = datetime.now(UTC) - timedelta(days=30)
    over = (
        "--start",
        f"{past:%Y-%m-%dT00:00Z}",
        "--end",
        f"{past + timedelta(days=7):%Y-%m-%dT00:00Z}",
    )
    refused = satops("new", "too-late", *HANOI, *PLACE, *over)
    assert refused.code == ExitCode.INVALID
    assert "the window ended at" in refused.err
    assert not (satops.root / "orders/too-late.yaml").exists()


def test_ledger_start_looks_for_a_repository_before_it_asks(empty: Satops) -> None:
    refused = empty("ledger", "start")
    assert refused.code == ExitCode.USAGE
    assert "--yes" not in refused.err


def test_new_overwrites_nothing(satops: Satops) -> None:
    before = files(satops.root)
    refused = satops("new", "x", *HANOI, *PLACE, *window(), "--file", "orders/hanoi.yaml")
    assert refused.code == ExitCode.REFUSED
    assert files(satops.root) == before


@pytest.mark.parametrize(
    "wrong",
    [
        (),
        (*PLACE, "--point", "1", "2", "--radius-km", "3"),
        ("--point", "105.85", "21.03"),
        (*PLACE, "--label", "no-equals-sign"),
        (*PLACE, "--label", "team=a", "--label", "team=b"),
        (*PLACE, "--file", "../elsewhere.yaml"),
        (*PLACE, "--file", "elsewhere.yaml"),
        (*PLACE, "--file", "orders/x.txt"),
        (*PLACE, "--file", "orders/.x.yaml"),
        (*PLACE, "--file", "orders/.folder/x.yaml"),
        (*PLACE, "--file", "orders/x\n.yaml"),
        (*PLACE, "--file", f"orders/{'x' * 300}.yaml"),
        ("--bbox", "nan", "21.0", "105.9", "21.1"),
        ("--point", "105.8", "21.0", "--radius-km", "inf"),
        ("--aoi", "/etc/passwd"),
    ],
)
def test_new_refuses_flags_that_do_not_fit_together(satops: Satops, wrong: tuple[str, ...]) -> None:
    assert satops("new", "x", *HANOI, *window(), *wrong).code == ExitCode.USAGE


@pytest.mark.parametrize(
    "name", ["X", "", "../x", "a b", "a\nb", "\x1b[31mx", "x" * 129, "x" * 999]
)
def test_new_refuses_what_is_no_name(satops: Satops, name: str) -> None:
    before = files(satops.root)
    refused = satops("new", name, *HANOI, *PLACE, *window())
    assert refused.code == ExitCode.USAGE
    assert "cannot be a name" in refused.err
    assert "\x1b" not in refused.err
    assert files(satops.root) == before


def test_new_finds_an_aoi_by_its_absolute_path(satops: Satops) -> None:
    aoi = f"{satops.root}/aois/mekong.geojson#can-tho"
    assert satops("new", "x", *HANOI, "--aoi", aoi, *window()).code == ExitCode.DONE
    assert "../aois/mekong.geojson" in (satops.root / "orders/x.yaml").read_text("utf-8")


@pytest.mark.parametrize("text", ["yes", "12", "a: b", 'say "no"', "#", "[x]", "née", "a,b", "1e3"])
def test_new_writes_any_text_so_that_it_is_read_back_as_it_was(satops: Satops, text: str) -> None:
    made = satops("new", "x", *HANOI, *PLACE, *window(), "--description", text)
    assert made.code == ExitCode.DONE, made.err
    assert satops("show", "x", "--json").json["spec"]["description"] == text


def test_every_report_for_machines_is_json(satops: Satops) -> None:
    satops("apply", "--yes")
    name = satops("list", "--json").json["orders"][0]["name"]
    for command in (["validate"], ["plan"], ["apply"], ["list"], ["show", name], ["history"],
                    ["history", name], ["verify"], ["reconcile"], ["refresh"], ["explain"],
                    ["explain", "G05"], ["show", "no-such-name"]):  # fmt: skip
        assert isinstance(json.loads(satops(*command, "--json").out), dict), command
