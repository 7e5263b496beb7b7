"""Object storage as the target of products."""

from hashlib import sha256
from pathlib import Path

import obstore
import pytest

from satops.adapters.deliveries.open import open_target
from satops.adapters.files.local_state import LocalFolder
from satops.core import json_text
from satops.errors import UsageError
from satops.offers.eo_imagery import EO_IMAGERY
from satops.sandbox.faults import Kind, Rule
from satops.workflow.download_stac import write_stac
from satops.workflow.verify import verify_deliveries
from tests.adapters.marketplaces import SECRET
from tests.servers.fleet import Servers
from tests.servers.objects import BUCKET
from tests.workflow.deliveries import delivered

CUT = Rule(kind=Kind.CUT, on="download", count=1)


@pytest.mark.parametrize("name", ["moto", "seaweedfs", "azurite"])
def test_products_and_catalog_are_in_the_bucket_whole_and_once(
    name: str, servers: Servers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = servers.objects(name)
    for variable, value in server.environ.items():
        monkeypatch.setenv(variable, value)
    parts = LocalFolder(tmp_path / "local", "parts")
    to = f"{server.scheme}://{BUCKET}/deliveries/{tmp_path.name}"
    with delivered(tmp_path, ("a", "b"), products=2) as team:
        team.target = open_target(to, tmp_path, lambda: parts)
        team.faults(CUT)
        report = team.download()
        assert report.failures == ()
        assert {it.name for it in report.fetched} == {"a", "b"}
        for product in report.fetched:
            assert team.target.size(product.key) == product.size
            assert team.target.digest(product.key) == product.sha256
        assert {it.sha256 for it in report.fetched} == {
            sha256(content).hexdigest() for sold in team.sold().values() for content in sold
        }
        assert len(team.events()) == 4
        again = team.download()
        assert (again.fetched, again.here) == ((), 4)
        assert [path for path in parts.path.iterdir() if ".part" in path.name] == []

        session = team.session()
        for _ in range(2):
            session, marketplace = team.session(), team.marketplace()
            write_stac(session.state, session.store, team.target, marketplace, EO_IMAGERY,
                       products=report.fetched, links=report.links)  # fmt: skip
            marketplace.close()
        catalog = json_text.loads(team.target.read("catalog.json") or b"")
        assert [link["rel"] for link in catalog["links"]] == ["root", "child"]
        assert len(team.target.keys("a")) == 4

        hashed = verify_deliveries(session.state, team.target)
        assert (len(hashed.checks), hashed.wrong, hashed.missing) == (4, (), 0)
        product = report.fetched[0]
        damaged = b"x" * product.size
        obstore.put(team.target._client, product.key, damaged)  # type: ignore[attr-defined]
        hashed = verify_deliveries(session.state, team.target)
        assert [it.key for it in hashed.wrong] == [product.key]
        said = "".join(team.seen)
        assert SECRET not in said
        assert "sign=" not in said


@pytest.mark.parametrize("given", ["ftp://h/x", "s3://", "s3:///x", "s3://b/../x", "", "a\nb"])
def test_what_is_no_target_is_refused(given: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        open_target(given, tmp_path, lambda: LocalFolder(tmp_path))
