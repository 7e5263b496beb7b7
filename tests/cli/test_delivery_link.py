"""A link that a pull request brings does not lead products out of the repository."""

import json
from pathlib import Path

import pytest

from satops.errors import ExitCode
from tests.cli.conftest import Satops


@pytest.mark.parametrize("to", [None, "deliveries", "below/deliveries", "orders/../deliveries"])
def test_products_are_not_written_through_a_link_of_the_repository(
    satops: Satops, tmp_path_factory: pytest.TempPathFactory, to: str | None
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (satops.root / "deliveries").symlink_to(outside)
    (satops.root / "below").symlink_to(satops.root)
    with (satops.root / "satops.yaml").open("a") as config:
        config.write("delivery: {to: deliveries/}\n")
    assert satops("apply", "--yes").code == ExitCode.DONE
    options = satops.root / ".options.json"
    options.write_text(json.dumps({"lifecycle": [[0, 2]]}))
    environ = {"SATOPS_SANDBOX_OPTIONS": str(options)}
    assert satops("refresh", environ=environ).code == ExitCode.DONE
    ran = satops("download", *(() if to is None else ("--to", to)), environ=environ)
    assert ran.code == ExitCode.USAGE
    assert "is a link" in ran.err
    assert list(outside.iterdir()) == []


def test_a_folder_outside_of_the_repository_may_be_reached_by_a_link(
    satops: Satops, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    link = Path(str(outside) + "-link")
    link.symlink_to(outside)
    assert satops("download", "--to", str(link)).code == ExitCode.DONE
