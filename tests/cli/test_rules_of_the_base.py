"""What a pull request may not change by itself: limits, severities, areas and modes."""

import json
import subprocess

import pytest

from satops.errors import ExitCode
from tests.cli.conftest import Satops

GIT = ("git", "-c", "user.name=Test", "-c", "user.email=test@example.test")
FAR_AWAY = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]]}
HERE = {"type": "MultiPolygon", "coordinates": [
    [[[100, 5], [112, 5], [112, 25], [100, 25], [100, 5]]], FAR_AWAY["coordinates"],
]}  # fmt: skip


def commit(satops: Satops) -> None:
    for arguments in (("init", "-q"), ("add", "-A"), ("commit", "-q", "-m", "Base")):
        subprocess.run([*GIT, *arguments], cwd=satops.root, check=True)


def areas(satops: Satops, **files: object) -> None:
    """Name an area file for each keyword in satops.yaml, and write it."""
    named = ", ".join(f"{key}: {key}.geojson" for key in files)
    with (satops.root / "satops.yaml").open("a") as config:
        config.write(f"areas: {{{named}}}\n")
    for key, content in files.items():
        (satops.root / f"{key}.geojson").write_text(
            content if isinstance(content, str) else json.dumps(content)
        )


def test_a_pull_request_cannot_raise_its_own_limit(satops: Satops) -> None:
    satops.edit("satops.yaml", "ordersPerApply: 20", "ordersPerApply: 2")
    commit(satops)
    satops.edit("satops.yaml", "ordersPerApply: 2", "ordersPerApply: 2000")
    assert satops("plan").code == ExitCode.DONE
    assert satops("plan", "--limits-from", "HEAD").code == ExitCode.REFUSED


def test_a_base_that_cannot_be_read_is_an_error_and_never_skipped(satops: Satops) -> None:
    assert satops("plan", "--limits-from", "HEAD").code == ExitCode.USAGE
    commit(satops)
    assert satops("plan", "--limits-from", "no-such-branch").code == ExitCode.USAGE
    assert satops("plan", "--limits-from", "HEAD").code == ExitCode.DONE


def test_a_pull_request_cannot_move_the_forbidden_areas(satops: Satops) -> None:
    areas(satops, forbidden=HERE)
    commit(satops)
    assert satops("plan").code == ExitCode.INVALID
    (satops.root / "forbidden.geojson").write_text(json.dumps(FAR_AWAY))
    assert satops("plan").code == ExitCode.DONE
    assert satops("plan", "--limits-from", "HEAD").code == ExitCode.INVALID


def test_an_allowed_area_may_have_several_parts(satops: Satops) -> None:
    areas(satops, allowed={"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {}, "geometry": HERE},
    ]})  # fmt: skip
    assert satops("plan").code == ExitCode.DONE


@pytest.mark.parametrize(
    "content",
    ["", "not an area", '{"type":"FeatureCollection","features":[]}',
     '{"type":"Polygon","coordinates":[[[0,0],[1,1],[0,1],[1,0],[0,0]],3]}'],
)  # fmt: skip
def test_an_area_file_that_is_not_understood_stops_the_plan(satops: Satops, content: str) -> None:
    areas(satops, allowed=content)
    refused = satops("plan")
    assert refused.code == ExitCode.USAGE
    assert "allowed.geojson" in refused.err


BOW_TIE = [[104, 20], [107, 22], [107, 20], [104, 22], [104, 20]]
OVERLAPPING = [
    [104, 20], [107, 20], [107, 22], [104, 22], [104.5, 20.5], [106.5, 20.5], [106.5, 21.8],
    [104.5, 21.8], [104, 20],
]  # fmt: skip


@pytest.mark.parametrize("key", ["allowed", "forbidden"])
@pytest.mark.parametrize("ring", [BOW_TIE, OVERLAPPING])
def test_an_area_that_crosses_itself_stops_the_plan(
    satops: Satops, key: str, ring: list[list[float]]
) -> None:
    areas(
        satops, **{key: {"type": "MultiPolygon", "coordinates": [FAR_AWAY["coordinates"], [ring]]}}
    )
    refused = satops("plan")
    assert refused.code == ExitCode.USAGE
    assert f"{key}.geojson" in refused.err
    assert "Polygon 2 of 2: The outline" in refused.err


def test_an_area_file_that_is_missing_or_elsewhere_stops_the_plan(satops: Satops) -> None:
    with (satops.root / "satops.yaml").open("a") as config:
        config.write("areas: {allowed: ../elsewhere.geojson}\n")
    assert satops("plan").code == ExitCode.USAGE
    assert satops("apply", "--yes").code == ExitCode.USAGE


def test_a_team_sets_its_own_numbers_and_explain_shows_them(satops: Satops) -> None:
    with (satops.root / "satops.yaml").open("a") as config:
        config.write("modes: modes.yaml\nchecks: {A07: error}\n")
    (satops.root / "modes.yaml").write_text(
        "changguang:\n  every:\n    minBillableKm2: {value: 60, source: our contract}\n"
    )
    planned = satops("plan")
    assert planned.code == ExitCode.INVALID
    assert "error A07" in planned.out
    assert "our contract" in satops("explain", "A07").out
    (number,) = (n for n in satops("explain", "A07", "--json").json["numbers"] if n["value"] == 60)
    assert number["source"] == "our contract"


def test_a_file_of_numbers_that_is_not_understood_stops_the_plan(satops: Satops) -> None:
    with (satops.root / "satops.yaml").open("a") as config:
        config.write("modes: modes.yaml\n")
    (satops.root / "modes.yaml").write_text("changguang: [")
    assert satops("plan").code == ExitCode.USAGE


def test_every_check_is_explained_outside_of_a_repository_too(empty: Satops) -> None:
    listed = empty("explain", "--json").json["checks"]
    assert len(listed) > 50
    for check in listed:
        assert check["title"] in empty("explain", check["code"]).out
    assert empty("explain", "Z99").code == ExitCode.USAGE


def changes(satops: Satops) -> dict[str, tuple[str, str]]:
    found = satops("plan", "--limits-from", "HEAD", "--json").json["guard_changes"]
    return {it["key"]: (it["before"], it["after"]) for it in found}


def test_another_marketplace_is_the_first_line_of_the_page(satops: Satops) -> None:
    commit(satops)
    assert satops("plan", "--limits-from", "HEAD", "--json").json["new_marketplace"] is None
    satops.edit("satops.yaml", "url: sandbox", "url: HTTPS://Market.Example.org:443/service/")
    said = satops("plan", "--limits-from", "HEAD", "--json").json["new_marketplace"]
    assert said == {
        "before": "sandbox",
        "after": "https://market.example.org/service",
        "state": "file:state/ledger-market.example.org.jsonl",
        "orders": 3,
    }
    page = satops("plan", "--limits-from", "HEAD", "--format", "markdown").out
    first, second, third, *_ = page.split("\n\n")
    assert first == "<!-- satops plan -->"
    assert second.startswith("**After the merge, orders go to `https://market.example.org/service`")
    assert "so 3 orders of this tree would be new there.**" in second
    assert third.startswith("## satops plan: ")
    assert satops("plan", "--limits-from", "HEAD").out.startswith("After the merge, orders go to")


def test_every_key_that_a_pull_request_changes_is_shown_with_both_values(satops: Satops) -> None:
    satops.edit(
        "satops.yaml",
        "limits:\n",
        "limits:\n  by: {team: {a: {ordersPerMonth: 1}, b: {ordersPerMonth: 2}}}\n",
    )
    with (satops.root / "satops.yaml").open("a") as config:
        config.write("region: [90, 8, 110, 24]\n")
    commit(satops)
    assert changes(satops) == {}
    satops.edit("satops.yaml", "ordersPerApply: 20", "ordersPerApply: 2000")
    satops.edit("satops.yaml", "region: [90, 8, 110, 24]", "region: [0, 8, 110, 24]")
    satops.edit("satops.yaml", ", b: {ordersPerMonth: 2}", "")
    with (satops.root / "satops.yaml").open("a") as config:
        config.write("reconcile: {looks: 5}\nlabels: {team: {required: true}}\n")
        config.write("prices: {currency: USD, perKm2: 0.01}\n")
    assert changes(satops) == {
        "labels.team.required": ("(absent)", "true"),
        "limits.by.team.b.ordersPerMonth": ("2", "(absent)"),
        "limits.ordersPerApply": ("20", "2000"),
        "prices.currency": ("(absent)", "USD"),
        "prices.perKm2": ("(absent)", "0.01"),
        "reconcile.looks": ("(absent)", "5"),
        "region": ("[90,8,110,24]", "[0,8,110,24]"),
    }
    text = satops("plan", "--limits-from", "HEAD").out
    assert text.startswith("Guards that differ from HEAD:")
    assert "limits.ordersPerApply: 20 → 2000" in text
    page = satops("plan", "--limits-from", "HEAD", "--format", "markdown").out
    assert "- `limits.ordersPerApply`: `20` → `2000`" in page
    assert page.index("### Guards changed: 7") < page.index("### ", page.index("### Guards") + 1)
    assert "<details>" not in page[: page.index("### Guards changed")]


def test_a_guard_whose_bytes_change_is_shown_though_satops_yaml_does_not(satops: Satops) -> None:
    areas(satops, forbidden=FAR_AWAY, allowed=HERE)
    with (satops.root / "satops.yaml").open("a") as config:
        config.write("modes: modes.yaml\n")
    (satops.root / "modes.yaml").write_text("{}")
    commit(satops)
    assert changes(satops) == {}
    far = json.dumps(FAR_AWAY).replace("[1, 1]", "[1, 2]")
    (satops.root / "forbidden.geojson").write_text(far)
    (satops.root / "modes.yaml").write_text("{} # the same")
    assert set(changes(satops)) == {"forbidden.geojson (areas.forbidden)", "modes.yaml (modes)"}
    planned = satops("plan", "--limits-from", "HEAD", "--json").json
    assert "L30" in {it["check"] for it in planned["problems"]}


def test_what_the_base_holds_alike_and_time_made_wrong_sets_no_exit_code(satops: Satops) -> None:
    commit(satops)
    at = ("--at", "2040-01-01T00:00Z")
    assert satops("plan", *at).code == ExitCode.INVALID
    planned = satops("plan", *at, "--limits-from", "HEAD", "--json")
    assert planned.code == ExitCode.DONE
    assert {it["check"] for it in planned.json["already_on_base"]} == {"T03"}
    assert planned.json["summary"]["expired"] == 3
    assert "Already on HEAD" in satops("plan", *at, "--limits-from", "HEAD").out
    page = satops("plan", *at, "--limits-from", "HEAD", "--format", "markdown").out
    assert "### Already on `HEAD`: 3" in page
    # What the change itself touches is its own affair, an AOI that it refers to included.
    satops.edit("orders/hanoi.yaml", "maxCloud: 20", "maxCloud: 21")
    satops.edit("aois/mekong.geojson", "[105.84, 10.10]", "[105.85, 10.10]")
    planned = satops("plan", *at, "--limits-from", "HEAD", "--json")
    assert planned.code == ExitCode.INVALID
    assert len(planned.json["already_on_base"]) == 1
    assert len([it for it in planned.json["problems"] if it["check"] == "T03"]) == 2
