"""STAC beside the products: valid by the official core schemas, and true."""

import json
from pathlib import Path
from typing import Any

import pystac
import pytest
from msgspec.structs import replace
from pystac.validation.stac_validator import JsonSchemaSTACValidator

from satops.adapters.deliveries.folder import FolderTarget
from satops.core.delivery import stac
from satops.core.delivery.stac import OrderFacts
from satops.core.ledger.fetched import Fetched
from satops.core.order.marketplace_order import Image
from satops.core.order.status import Stage
from satops.offers.eo_imagery import EO_IMAGERY
from satops.workflow.download_report import DownloadReport
from satops.workflow.download_stac import product_in_items, write_stac
from tests.workflow.deliveries import Team, delivered

FETCHED = Fetched("a", "N1", "100", 5, "ab" * 32, "image/tiff", "https://h/p", "x.tif",
                  seq=9, time="2031-07-01T00:00:00Z", run="r1", event="cd" * 32)  # fmt: skip
KEY = "a/a.100.abababab.tif"
AOI = {"type": "Polygon", "coordinates": [[[1, 2], [3, 2], [3, 4], [1, 2]]]}
FACTS = OrderFacts("a", "N1", "2031-06-01T00:00:00Z", "2031-06-15T00:00:00Z",
                   "2031-05-01T00:00:00Z", Stage.DELIVERED, AOI, (1, 2, 3, 4),
                   pull_request="https://forge.example/pull/7")  # fmt: skip
IMAGE = Image("100", "2031-06-02T03:04:05Z", "x.tif", 12.5, "POLYGON ((1 2, 2 2, 2 3, 1 2))")


def validate(root: Path) -> list[pystac.Item]:
    """Validate everything below a catalog by the official core schemas; return the items."""
    validator = JsonSchemaSTACValidator()
    catalog = pystac.Catalog.from_file(str(root / "catalog.json"))
    items = list(catalog.get_items(recursive=True))
    for path in (root / "catalog.json", *root.rglob("*.stac.json"), *root.glob("_coll*/*.json")):
        document = json.loads(path.read_bytes())
        kind = {
            "Catalog": pystac.STACObjectType.CATALOG,
            "Collection": pystac.STACObjectType.COLLECTION,
            "Feature": pystac.STACObjectType.ITEM,
        }[document["type"]]
        validator.validate_core(document, kind, document["stac_version"], href=None)
        for link in document["links"]:
            href = link["href"]
            assert href.startswith(("./", "../")) or link["rel"] == "via"
            assert link["rel"] == "via" or (path.parent / href).resolve().is_file(), (path, href)
    return items


def run(team: Team, *names: str, **wanted: Any) -> DownloadReport:
    """Download, and write STAC as the verb does."""
    report = team.download(*names, **wanted)
    marketplace = team.marketplace()
    session = team.session()
    write_stac(session.state, session.store, team.target, marketplace, EO_IMAGERY,
               products=report.fetched, links=report.links)  # fmt: skip
    marketplace.close()
    return report


def test_a_catalog_that_readers_take_stands_beside_the_products(tmp_path: Path) -> None:
    with delivered(tmp_path, ("a", "b"), product_side=16) as team:
        team.sandbox.store.mark(team.numbers["b"], status=5)
        run(team)
        root = tmp_path / "to"
        items = {item.id: item for item in validate(root)}
        assert sorted(i.partition(".")[0] for i in items) == ["a", "b"]
        (here,) = [item for item in items.values() if item.assets]
        asset = here.assets["product"]
        path = Path(here.get_self_href() or "").parent / asset.href
        (content,) = team.sold()["a"]
        assert path.read_bytes() == content
        assert asset.extra_fields["file:size"] == len(content)
        assert asset.extra_fields["file:checksum"].startswith("1220")
        assert here.properties["satops:footprint"] == "image"
        assert here.properties["order:status"] == "succeeded"
        assert here.properties["order:id"] == team.numbers["a"]
        waiting = items["b"]
        assert waiting.datetime is None
        assert waiting.properties["order:status"] == "ordered"
        assert waiting.geometry is not None
        assert (root / "b/b.stac.json").is_file()

        before = {path: path.stat().st_mtime_ns for path in root.rglob("*.json")}
        run(team)
        assert {path: path.stat().st_mtime_ns for path in root.rglob("*.json")} == before

        team.sandbox.store.mark(team.numbers["b"], status=2)
        run(team, "b")
        assert not (root / "b/b.stac.json").exists()
        assert len(validate(root)) == 2
        for path in root.rglob("*"):
            assert path.is_dir() or b"sign=" not in path.read_bytes()


def test_which_image_a_product_is_must_be_certain(tmp_path: Path) -> None:
    with delivered(tmp_path, products=2, product_side=16) as team:
        run(team)
        items = validate(tmp_path / "to")
        assert len(items) == 2
        assert {item.properties["satops:footprint"] for item in items} == {"image"}  # ids agree
        assert {item.properties["satops:products"] for item in items} == {2}


CERTAIN: dict[str, tuple[tuple[Image, ...], int, str, str | None]] = {
    "one and one": ((replace(IMAGE, id="7"),), 1, "image", IMAGE.time),
    "the same id": ((IMAGE, replace(IMAGE, id="8")), 2, "image", IMAGE.time),
    "one image, two products": ((replace(IMAGE, id="7"),), 2, "aoi", None),
    "the same id twice": ((IMAGE, IMAGE), 2, "aoi", None),
    "none": ((), 1, "aoi", None),
    "a footprint that cannot be read": ((replace(IMAGE, geometry="POLYGON ((1"),), 1, "aoi",
                                        IMAGE.time),
    "no time": ((replace(IMAGE, time=None),), 1, "image", None),
}  # fmt: skip


@pytest.mark.parametrize("name", CERTAIN)
def test_time_and_footprint_are_an_images_only_where_it_is_certain(name: str) -> None:
    images, products, footprint, time = CERTAIN[name]
    item = stac.item(FACTS, FETCHED, KEY, images, products)
    assert item["properties"]["satops:footprint"] == footprint
    assert item["properties"]["datetime"] == time
    if time is None:
        assert item["properties"]["start_datetime"] == FACTS.start
    assert item["bbox"] == ([1, 2, 2, 3] if footprint == "image" else [1, 2, 3, 4])
    assert len(item["properties"].get("satops:images", ())) == len(images)
    JsonSchemaSTACValidator().validate_core(
        item, pystac.STACObjectType.ITEM, item["stac_version"], href=None
    )


def test_the_fields_of_the_order_and_file_extensions_are_as_they_say() -> None:
    item = stac.item(FACTS, FETCHED, KEY, (IMAGE,))
    assert item["stac_extensions"] == [stac.ORDER, stac.FILE]
    assert item["properties"]["order:status"] in {
        "orderable", "ordered", "pending", "shipping", "succeeded", "failed", "canceled",
    }  # fmt: skip
    assert item["properties"]["order:date"] == FACTS.date
    asset = item["assets"]["product"]
    assert asset["file:checksum"] == "1220" + FETCHED.sha256
    assert (asset["file:size"], asset["href"]) == (5, "./a.100.abababab.tif")
    assert {"rel": "via", "href": FACTS.pull_request} in item["links"]
    assert "order:status" not in stac.item(replace(FACTS, stage=None))["properties"]
    assert stac.images_of(item) == (IMAGE,)


def test_an_order_without_content_has_an_item_without_a_place() -> None:
    item = stac.item(replace(FACTS, geometry=None, bounds=None))
    assert (item["geometry"], "bbox" in item) == (None, False)
    JsonSchemaSTACValidator().validate_core(
        item, pystac.STACObjectType.ITEM, item["stac_version"], href=None
    )
    collection = stac.collection("orders", [("a/a.stac.json", item)])
    JsonSchemaSTACValidator().validate_core(
        collection, pystac.STACObjectType.COLLECTION, collection["stac_version"], href=None
    )


def test_who_may_only_read_the_ledger_is_told_by_the_items_what_is_here(tmp_path: Path) -> None:
    with delivered(tmp_path, ("a", "b"), product_side=16) as team:
        assert len(run(team, "a", record=False).fetched) == 1
        assert team.events() == []
        run(team, "b", record=False)
        assert len(validate(tmp_path / "to")) == 2
        shown = product_in_items(FolderTarget(tmp_path / "to"))
        assert shown("a", team.numbers["a"], "100")
        assert not shown("a", team.numbers["b"], "100")
        (product,) = [p for p in (tmp_path / "to/a").iterdir() if p.suffix == ".tif"]
        product.write_bytes(b"cut")
        assert not shown("a", team.numbers["a"], "100")
