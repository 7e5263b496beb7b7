"""The price table that `init` shows as a comment is one that holds when it is no comment."""

import re
from pathlib import Path

import satops
from satops.adapters.files.config_file import load_config


def test_the_prices_of_init_hold_without_their_signs(tmp_path: Path) -> None:
    satops.init(tmp_path)
    config = tmp_path / "satops.yaml"
    text = config.read_text("utf-8")
    block = re.compile(r"^# (prices:.*\n(?:#   .*\n)+)", re.MULTILINE)
    meant = block.sub(lambda found: re.sub(r"^# ?", "", found[0], flags=re.MULTILINE), text)
    assert meant != text
    config.write_text(meant, "utf-8")
    prices = load_config(tmp_path).prices
    assert prices == {"currency": "USD", "perKm2": 12, "minimumKm2": 25}
    assert all(action.estimated_cost for action in satops.plan(tmp_path).creates)
