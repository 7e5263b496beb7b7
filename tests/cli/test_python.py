"""satops as a library: what it takes, what it gives, and what it never does by itself."""

import inspect
from pathlib import Path

import pytest

import satops as library
from tests.cli.conftest import Satops


def test_a_folder_below_a_repository_is_no_repository(satops: Satops) -> None:
    inner = satops.root / "orders"
    verbs = (library.apply, library.plan, library.validate, library.orders)
    for verb in verbs:
        with pytest.raises(library.UsageError, match=r"There is no satops\.yaml in"):
            verb(inner, environ=satops.environ)
    ran = Satops(inner, satops.capture, satops.environ)("plan")
    assert ran.code == 0  # the command line looks upwards


def test_paths_may_be_text_and_orders_are_flat(satops: Satops) -> None:
    root = str(satops.root)
    satops("plan", "--out", "plan.json")
    plan = library.plan(root, environ=satops.environ)
    assert repr(plan) == "<Plan 3 create, 0 problems>"
    assert repr(plan.creates[0]).startswith("<Action create ")
    assert library.orders(root, environ=satops.environ) == []
    report = library.apply(root, plan_file=f"{root}/plan.json", environ=satops.environ)
    assert isinstance(report, library.ApplyReport)
    assert repr(report).endswith("3 of 3 placed, exit code 0>")
    found = library.orders(root, environ=satops.environ)
    assert [order["name"] for order in found] == sorted(order["name"] for order in found)
    assert len({tuple(order) for order in found}) == 1
    for order in found:
        assert order["state"] == "placed"
        assert order["area_km2"] > 0
        assert all(isinstance(value, str | int | float | None) for value in order.values())
    assert {order["label.team"] for order in found} >= {"planning"}


def test_every_name_that_is_exported_is_there_and_no_signature_shows_the_environment() -> None:
    for name in library.__all__:
        value = getattr(library, name)
        if inspect.isfunction(value):
            parameters = inspect.signature(value).parameters
            assert parameters["environ"].default is None if "environ" in parameters else True


def test_a_window_may_be_written_from_now_and_stands_there_as_instants(satops: Satops) -> None:
    made = satops(
        "new", "tonight", "--provider", "tianyi", "--mode", "stripmap", "--bbox", "105.7", "10.0",
        "105.8", "10.1", "--start", "now", "--end", "+24h",
    )  # fmt: skip
    assert made.code == 0, made.err
    (spec,) = (s for s in library.validate(satops.root).specs if s.name == "tonight")
    assert "now" not in (satops.root / "orders/tonight.yaml").read_text("utf-8")
    order = spec.order
    assert order.start[:16] != order.end[:16]
    assert order.start[11:] == order.end[11:]


def test_every_verb_takes_a_path_as_text() -> None:
    for name, home in library._HOMES.items():
        if not home.startswith("satops.api."):
            continue
        for parameter in inspect.signature(getattr(library, name)).parameters.values():
            assert parameter.annotation is not Path, f"{name}({parameter.name})"


def test_a_folder_is_begun_and_an_area_looked_at_by_their_names_alone(tmp_path: Path) -> None:
    folder = str(tmp_path / "orders-here")
    made = library.init(folder, environ={"SATOPS_LOCAL": str(tmp_path / "local")})
    assert "satops.yaml" in made.written
    square = '{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,1],[0,0]]]}'
    (tmp_path / "orders-here" / "square.geojson").write_text(square)
    assert len(library.aoi(folder, "square.geojson").features) == 1
