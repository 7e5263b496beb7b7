"""Download into a folder that somebody else filled: what lies there is no word of ours."""

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from satops.core.delivery.names import part_name
from satops.core.delivery.stac import images_of
from satops.offers.eo_imagery import EO_IMAGERY
from satops.workflow.download_stac import product_in_items, write_stac
from tests.workflow.deliveries import Team, delivered


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    """One order of one product."""
    with delivered(tmp_path) as team:
        yield team


@pytest.mark.parametrize("forged", [
    {}, {"key": "a/../../../outside.yml"}, {"key": 7}, {"product": "../x"}, {"title": 5},
    {"size": None}, {"content_type": 5},
])  # fmt: skip
def test_a_seal_that_came_with_the_repository_is_not_believed(
    team: Team, tmp_path: Path, forged: dict[str, object]
) -> None:
    digest = sha256(b"evil").hexdigest()
    sealed = {"key": f"a/a.100.{digest[:8]}.bin", "product": "100", "size": 4, "sha256": digest,
              "content_type": "application/octet-stream", "address": "", "title": ""}  # fmt: skip
    part = tmp_path / "to/a" / part_name("a", team.numbers["a"], "100")
    part.parent.mkdir(parents=True)
    part.write_bytes(b"evil")
    epochs = ({}, {"epoch": team.clock.epoch}) if forged else ({},)
    for epoch in epochs:
        note = {**epoch, "sealed": sealed | forged}
        part.with_name(part.name + ".json").write_text(json.dumps(note))
        team.download()
    assert team.files() == team.sold()
    (event,) = team.events()
    assert event["sha256"] != digest
    assert not list(tmp_path.rglob("outside.yml"))


PROPERTIES = {"datetime": "2035-01-01T00:00:00Z"}
FORGED_ITEMS: list[Any] = [
    [], {}, {"properties": []}, {"properties": PROPERTIES, "assets": []},
    {"properties": PROPERTIES, "assets": {"product": []}},
    {"collection": "../../outside"}, {"collection": []}, {"collection": None},
    {"properties": {}}, {"properties": {"datetime": 5}}, {"properties": {"satops:images": None}},
    {"bbox": []}, {"bbox": ["a", "b", "c", "d"]}, {"bbox": None},
]  # fmt: skip


@pytest.mark.parametrize("forged", FORGED_ITEMS)
def test_an_item_that_came_with_the_repository_leads_nowhere(
    team: Team, tmp_path: Path, forged: Any
) -> None:
    team.download()
    state = team.session().state
    write_stac(state, team.store, team.target, team.marketplace(), EO_IMAGERY)
    (item,) = (tmp_path / "to/a").glob("*.stac.json")
    before = item.read_bytes()
    if isinstance(forged, dict):
        forged = {"collection": "orders", "properties": PROPERTIES, **forged}
        forged.setdefault("assets", {"product": {"file:size": 4}})
        if forged["properties"]:
            forged["properties"] = {"order:id": team.numbers["a"], **forged["properties"]}
    item.write_text(json.dumps(forged))
    (tmp_path / "to/a/x.bin").write_bytes(b"evil")
    (tmp_path / "to/a/x.bin.stac.json").write_text(json.dumps(forged))
    write_stac(state, team.store, team.target, team.marketplace(), EO_IMAGERY)
    assert json.loads(item.read_bytes())["id"] == json.loads(before)["id"]
    assert not product_in_items(team.target)("a", team.numbers["a"], "7")
    assert not list(tmp_path.rglob("outside*"))


@pytest.mark.parametrize("image", [7, {"geometry": 5}, {"time": 5}, {"id": []}, {"angle": "x"}])
def test_what_is_no_image_in_an_item_is_left_out(image: object) -> None:
    assert images_of({"properties": {"satops:images": [image]}}) == ()
