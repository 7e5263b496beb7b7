"""Buying a part: a broken draft elsewhere is no obstacle, and no way around a guard."""

import re

import pytest

from satops.errors import ExitCode
from tests.cli.conftest import Satops
from tests.cli.test_guards import placed


def name_in(satops: Satops, file: str) -> str:
    found = re.search(r"(?m)^name: (\S+)", (satops.root / file).read_text("utf-8"))
    assert found
    return found[1]


@pytest.fixture
def hanoi(satops: Satops) -> str:
    return name_in(satops, "orders/hanoi.yaml")


def draft(satops: Satops, text: str | bytes = "name: [a draft\n", file: str = "draft.yaml") -> None:
    content = text.encode() if isinstance(text, str) else text
    (satops.root / "orders" / file).write_bytes(content)


def test_only_the_orders_that_are_named_are_bought(satops: Satops, hanoi: str) -> None:
    planned = satops("plan", hanoi)
    assert planned.code == ExitCode.DONE
    assert f"satops apply {hanoi}" in planned.out
    assert "2 left out" in planned.out
    assert "mekong" not in planned.out
    assert satops("apply", hanoi, "--yes").code == ExitCode.DONE
    assert placed(satops) == 1


def test_orders_are_chosen_by_label_and_all_labels_must_hold(satops: Satops, hanoi: str) -> None:
    satops.edit("orders/hanoi.yaml", "labels: {", "labels: {batch: one, ")
    satops.edit("orders/mekong-flood.yaml", "labels: {", "labels: {batch: one, ")
    chosen = satops("plan", "--label", "batch=one", "--json").json
    assert chosen["summary"]["create"] == 2
    assert chosen["part"] == {"names": [], "labels": [["batch", "one"]]}
    both = ("--label", "batch=one", "--label", "team=planning")
    assert satops("apply", *both, "--yes").code == ExitCode.DONE
    assert [o["name"] for o in satops("list", "--json").json["orders"]] == [hanoi]
    run = satops("history", "--json").json["events"][1]
    assert run["labels"] == ["batch=one", "team=planning"]
    assert "names" not in run
    assert "of batch=one, team=planning" in " ".join(satops("history").out.split())


@pytest.mark.parametrize("wish", [["nobody"], ["--label", "team=nobody"], ["--label", "team"]])
@pytest.mark.parametrize("command", ["plan", "apply"])
def test_what_nothing_has_is_a_wrong_call(satops: Satops, command: str, wish: list[str]) -> None:
    assert satops(command, *wish).code == ExitCode.USAGE


def test_a_file_that_cannot_be_read_is_left_aside_and_named(satops: Satops, hanoi: str) -> None:
    draft(satops)
    assert satops("apply", "--yes").code == ExitCode.INVALID
    assert placed(satops) == 0
    planned = satops("plan", hanoi, "--json")
    assert planned.code == ExitCode.INVALID
    assert {it["file"] for it in planned.json["left_aside"]} == {"orders/draft.yaml"}
    assert not planned.json["problems"]
    bought = satops("apply", hanoi, "--yes")
    assert bought.code == ExitCode.INVALID
    assert "Left aside" in bought.err
    assert "orders/draft.yaml" in bought.err
    assert placed(satops) == 1


@pytest.mark.parametrize(
    "form",
    [
        "name: {name}\norder: [",
        'name: "{name}"\norder: [',
        '{{"name": "{name}", ',
        "order: [ # not yet {name}.",
        "name: {name}\norder: {{provider: nobody}}",
    ],
)
def test_a_chosen_name_that_an_unreadable_file_may_hold_is_refused(
    satops: Satops, hanoi: str, form: str
) -> None:
    text = form.format(name=hanoi)
    draft(satops, text, "draft.json" if text.startswith("{") else "draft.yaml")
    for command in (["plan", hanoi], ["apply", hanoi, "--yes"]):
        refused = satops(*command)
        assert refused.code == ExitCode.INVALID
        assert "orders/draft." in refused.err
    assert placed(satops) == 0


def test_a_name_in_another_encoding_is_found(satops: Satops, hanoi: str) -> None:
    draft(satops, f"name: {hanoi}\n".encode("utf-16"))
    assert satops("apply", hanoi, "--yes").code == ExitCode.INVALID
    assert placed(satops) == 0


def test_a_longer_name_is_another_name(satops: Satops, hanoi: str) -> None:
    draft(satops, f"name: {hanoi}-b\nother: a.{hanoi}\norder: [")
    assert satops("apply", hanoi, "--yes").code == ExitCode.INVALID
    assert placed(satops) == 1


def test_a_label_that_an_unreadable_file_may_hold_is_refused(satops: Satops) -> None:
    draft(satops, "name: x\nlabels: {team: planning}\norder: [")
    refused = satops("apply", "--label", "team=planning", "--yes")
    assert refused.code == ExitCode.INVALID
    assert placed(satops) == 0


def test_a_name_that_stands_twice_is_refused_and_one_that_is_not_chosen_is_not(
    satops: Satops, hanoi: str
) -> None:
    mekong = name_in(satops, "orders/mekong-flood.yaml")
    text = (satops.root / "orders/hanoi.yaml").read_text("utf-8")
    draft(satops, text.replace("maxCloud: 20", "maxCloud: 30"), "twin.yaml")
    assert satops("apply", hanoi, "--yes").code == ExitCode.INVALID
    assert placed(satops) == 0
    assert satops("apply", mekong, "--yes").code == ExitCode.INVALID
    assert placed(satops) == 1


def test_the_file_of_a_chosen_order_must_be_sound_as_a_whole(satops: Satops, hanoi: str) -> None:
    with (satops.root / "orders/hanoi.yaml").open("a") as file:
        file.write("---\nname: second\n")
    assert satops("apply", hanoi, "--yes").code == ExitCode.INVALID
    assert placed(satops) == 0


def test_a_copy_of_an_order_that_is_not_chosen_is_found_all_the_same(
    satops: Satops, hanoi: str
) -> None:
    text = (satops.root / "orders/hanoi.yaml").read_text("utf-8")
    draft(satops, text.replace(f"name: {hanoi}", "name: copy"), "the-copy.yaml")
    refused = satops("apply", "copy", "--yes")
    assert refused.code == ExitCode.INVALID
    assert placed(satops) == 0


def test_a_limit_of_the_whole_tree_needs_a_reason_for_a_part(satops: Satops, hanoi: str) -> None:
    satops.edit("satops.yaml", "ordersPerApply: 20", "ordersPerApply: 2")
    planned = satops("plan", hanoi)
    assert planned.code == ExitCode.DONE
    assert "--because" in planned.out
    refused = satops("apply", hanoi, "--yes")
    assert refused.code == ExitCode.REFUSED
    assert "ordersPerApply" in refused.err
    assert placed(satops) == 0
    assert satops("apply", hanoi, "--yes", "--because", "the flood").code == ExitCode.DONE
    (event,) = (e for e in satops("history", "--json").json["events"] if e.get("because"))
    assert (event["names"], event["because"]) == ([hanoi], "the flood")


def test_a_part_is_held_against_its_own_limits(satops: Satops, hanoi: str) -> None:
    satops.edit("satops.yaml", "ordersPerApply: 20", "ordersPerApply: 0")
    refused = satops("apply", hanoi, "--yes", "--because", "the flood")
    assert refused.code == ExitCode.REFUSED
    assert placed(satops) == 0


def test_names_and_a_saved_plan_intersect(satops: Satops, hanoi: str) -> None:
    mekong = name_in(satops, "orders/mekong-flood.yaml")
    satops("plan", hanoi, mekong, "--out", "part.json")
    satops("plan", "--out", "whole.json")
    assert satops("apply", mekong, "--plan", "whole.json", "--yes").code == ExitCode.DONE
    assert placed(satops) == 1
    assert satops("apply", "--plan", "part.json", "--yes").code == ExitCode.REFUSED
    satops("plan", hanoi, "--out", "part.json")
    assert satops("apply", "--plan", "part.json", "--yes").code == ExitCode.DONE
    assert placed(satops) == 2
    satops("plan", "--out", "reviewed.json")
    other = name_in(satops, "orders/da-nang-port.yaml")
    assert satops("apply", other, "--reviewed", "reviewed.json", "--yes").code == ExitCode.DONE
    assert placed(satops) == 3


def test_a_digest_binds_the_part_that_was_planned(satops: Satops, hanoi: str) -> None:
    digest = satops("plan", hanoi, "--json").json["plan_digest"]
    assert satops("apply", "--yes", "--expect-digest", digest).code == ExitCode.REFUSED
    assert placed(satops) == 0
    assert satops("apply", hanoi, "--yes", "--expect-digest", digest).code == ExitCode.DONE


def test_a_part_of_a_tree_that_is_not_whole_is_refused(satops: Satops, hanoi: str) -> None:
    (satops.root / "orders/lfs.yaml").write_text(
        f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 1\n"
    )
    assert satops("apply", hanoi, "--yes").code == ExitCode.INVALID
    assert placed(satops) == 0


def test_a_kept_order_is_drawn_as_it_was_bought(satops: Satops) -> None:
    before = satops("plan", "--format", "geojson").json
    assert satops("apply", "--yes").code == ExitCode.DONE
    after = satops("plan", "--format", "geojson").json
    assert [it["properties"]["action"] for it in after["features"]] == ["keep"] * 3
    assert [it["geometry"] for it in after["features"]] == [
        it["geometry"] for it in before["features"]
    ]
