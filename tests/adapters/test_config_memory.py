"""A configuration that is remembered: the same values, and nothing that can be forged."""

from datetime import UTC, timedelta, timezone
from pathlib import Path

import pytest

from satops.adapters.files.config_file import load_config
from satops.adapters.files.config_memory import remembered_config
from satops.errors import UsageError

WHOLE = """\
marketplace:
  url: https://market.example/api
  auth: {header: X-API-Key, tokenFrom: THE_TOKEN}
  geometry: wkt
  timezone: "+05:30"
  query: false
apply: {concurrency: 7, batch: 3, connectTimeoutS: 2.5, intentS: 400}
reconcile: {waitS: 60, looks: 5, skewS: 10}
timezone: "-03:00"
state: file:elsewhere/ledger.jsonl
orders: specs/
region: [102, 8, 110.5, 24]
areas: {allowed: aois/a.geojson, forbidden: aois/f.geojson}
modes: modes.yaml
prices: {currency: EUR, perKm2: {changguang: {very-high: 12.5}}}
limits:
  ordersPerApply: 20
  areaKm2PerOrder: 20000
  by: {team: {hydrology: {ordersPerMonth: 5}}}
checks: {A09: error, A01: info}
"""


def home(folder: Path) -> dict[str, str]:
    return {"HOME": str(folder / "home")}


@pytest.mark.parametrize("text", ["", "timezone: UTC\n", WHOLE], ids=["empty", "short", "whole"])
def test_what_is_remembered_is_what_was_read(tmp_path: Path, text: str) -> None:
    (tmp_path / "satops.yaml").write_text(text)
    read = load_config(tmp_path)
    kept = tmp_path / "cache" / "config"
    for _ in range(2):
        assert remembered_config(tmp_path, kept, home(tmp_path)) == read
    assert kept.exists()


def test_every_part_of_the_whole_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "satops.yaml").write_text(WHOLE)
    config = load_config(tmp_path)
    assert config.marketplace.timezone == timezone(timedelta(hours=5, minutes=30))
    assert config.timezone == timezone(timedelta(hours=-3))
    assert [limit.label for limit in config.limits] == [None, None, ("team", "hydrology")]


def test_a_change_of_the_file_is_seen_and_a_wrong_file_is_refused_each_time(
    tmp_path: Path,
) -> None:
    file, kept = tmp_path / "satops.yaml", tmp_path / "cache" / "config"
    file.write_text("timezone: UTC\n")
    assert remembered_config(tmp_path, kept, home(tmp_path)).timezone == UTC
    file.write_text("timezone: '+01:00'\n")
    changed = remembered_config(tmp_path, kept, home(tmp_path)).timezone
    assert changed == timezone(timedelta(hours=1))
    file.write_text("timezone: [\n")
    for _ in range(2):
        with pytest.raises(UsageError):
            remembered_config(tmp_path, kept, home(tmp_path))


def test_what_somebody_else_wrote_is_not_believed(tmp_path: Path) -> None:
    (tmp_path / "satops.yaml").write_text("timezone: UTC\n")
    kept = tmp_path / "cache" / "config"
    stranger = {"HOME": str(tmp_path / "stranger")}
    remembered_config(tmp_path, kept, stranger)
    forged = kept.read_bytes().replace(b'"timezone":0.0', b'"timezone":9.0')
    for content in (forged, kept.read_bytes(), b"", b"x" * 500):
        kept.write_bytes(content)
        assert remembered_config(tmp_path, kept, home(tmp_path)).timezone == UTC
