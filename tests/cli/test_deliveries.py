"""From the command line: fetch, trace to the approval, and hash what was fetched."""

import json
from pathlib import Path

import pytest

from satops.errors import ExitCode
from tests.cli.conftest import Satops

OPTIONS = {"lifecycle": [[0, 2]], "products": 2, "product_side": 16}


@pytest.fixture
def bought(satops: Satops) -> Satops:
    """Three orders, bought in a CI run of a pull request, and delivered."""
    options = satops.root / ".options.json"
    options.write_text(json.dumps(OPTIONS))
    satops.environ["SATOPS_SANDBOX_OPTIONS"] = str(options)
    assert satops("apply", "--yes").code == ExitCode.DONE
    return satops


def test_products_are_fetched_traced_and_hashed(bought: Satops) -> None:
    assert bought("download").code == ExitCode.USAGE
    dry = bought("download", "--to", "deliveries", "--dry-run", "--json")
    assert (dry.code, len(dry.json["products"])) == (ExitCode.DONE, 6)
    assert not (bought.root / "deliveries").exists()

    ran = bought("download", "--to", "deliveries", "--json")
    assert ran.code == ExitCode.DONE, ran.err
    assert len(ran.json["products"]) == 6
    assert "sign=" not in ran.out + ran.err
    assert bought("download", "--to", "deliveries", "--json").json["here"] == 6
    assert (bought.root / "deliveries/catalog.json").is_file()
    assert bought("verify").code == ExitCode.DONE

    product = ran.json["products"][0]
    file = Path("deliveries") / product["file"]
    (bought.root / "elsewhere.tif").write_bytes((bought.root / file).read_bytes())
    for what in (str(file), "elsewhere.tif", product["sha256"]):
        (found,) = bought("trace", what, "--json").json["found"]
        assert (found["name"], found["order_no"]) == (product["name"], product["order_no"])
        assert found["actor"]
        assert found["file"].startswith("orders/")
    assert product["sha256"] in bought("trace", str(file)).out
    assert bought("trace", "satops.yaml").code == ExitCode.USAGE
    assert bought("trace", "nothing.tif").code == ExitCode.USAGE

    hashed = bought("verify", "--deliveries", "--to", "deliveries", "--json")
    verdicts = [it["verdict"] for it in hashed.json["deliveries"]["products"]]
    assert (hashed.code, verdicts) == (ExitCode.DONE, ["right"] * 6)
    (bought.root / file).write_bytes(b"x" * product["size"])
    (bought.root / "deliveries" / ran.json["products"][1]["file"]).unlink()
    hashed = bought("verify", "--deliveries", "--to", "deliveries")
    assert hashed.code == ExitCode.MARKETPLACE
    assert "Its bytes are other ones" in hashed.out
    assert "4 products" in hashed.out
    assert "1 not there" in hashed.out
    assert bought("verify", "--to", "deliveries").code == ExitCode.USAGE


def test_from_a_file_to_the_approval_of_its_pull_request_in_one_command(satops: Satops) -> None:
    ledger = satops.root / "state/ledger.jsonl"
    options = satops.root / ".options.json"
    options.write_text(json.dumps(OPTIONS))
    satops.environ |= {
        "SATOPS_SANDBOX_OPTIONS": str(options),
        "SATOPS_PULL_REQUEST": "https://forge.example/pull/7",
        "SATOPS_APPROVALS": "ada,bob",
    }
    assert satops("apply", "--yes").code == ExitCode.DONE
    assert b"https://forge.example/pull/7" in ledger.read_bytes()
    satops.edit("satops.yaml", "limits:", "delivery: {to: deliveries}\n\nlimits:")
    (product, *_) = satops("download", "--json").json["products"]
    told = satops("trace", f"deliveries/{product['file']}").out
    assert "https://forge.example/pull/7" in told
    assert "ada, bob" in told
