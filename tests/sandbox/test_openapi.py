"""The OpenAPI description is valid, and the sandbox serves exactly what it describes."""

from typing import Any

import jsonschema
import pytest
from openapi_spec_validator import validate

from satops.offers.eo_imagery.modes import MODES, Provider
from satops.sandbox.endpoints import ENDPOINTS
from satops.sandbox.options import ENDPOINTS as NAMES
from satops.sandbox.rules import BadRequest, read_create, read_simulation
from tests.sandbox.client import CREATE, SIMULATE, description, order

OPERATIONS = {path: item["post"] for path, item in description()["paths"].items()}


def test_the_description_is_valid_openapi() -> None:
    validate(description())


def test_every_path_described_is_served_and_every_one_served_is_described() -> None:
    assert {endpoint.path for endpoint in ENDPOINTS} == set(OPERATIONS)
    assert {tuple(item) for item in description()["paths"].values()} == {("post",)}


def test_every_endpoint_has_its_short_name() -> None:
    assert tuple(endpoint.name for endpoint in ENDPOINTS) == NAMES


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)
def test_the_token_is_optional_where_the_description_says_so(endpoint: Any) -> None:
    described = OPERATIONS[endpoint.path].get("security", description()["security"])
    assert ({} not in described) is endpoint.needs_token


@pytest.mark.parametrize("path", OPERATIONS)
def test_every_example_fits_its_schema(path: str) -> None:
    operation = OPERATIONS[path]
    places = [operation["requestBody"], *operation["responses"].values()]
    for place in places:
        while "$ref" in place:
            place = description()["components"][place["$ref"].split("/")[-2]][
                place["$ref"].split("/")[-1]
            ]
        for media in place.get("content", {}).values():
            for example in media.get("examples", {}).values():
                jsonschema.validate(example["value"], {**description(), **media["schema"]})


def test_the_examples_of_orders_pass_the_rules() -> None:
    for path, read in ((CREATE, read_create), (SIMULATE, read_simulation)):
        examples = OPERATIONS[path]["requestBody"]["content"]["application/json"]["examples"]
        for example in examples.values():
            assert read(example["value"]).provider == example["value"]["provider"]


NO_GEOMETRY: tuple[object, ...] = ("", {}, None)
CHANGES: list[dict[str, Any]] = [
    *({"provider": p, "resolutionType": n} for p in Provider for n in (*MODES, 0, 9, None)),
    *({name: ...} for name in order()),
    *({"maxCloud": value} for value in (0, 100, 101, -1, True, "1", None)),
    *({"recurringUnit": value} for value in (0, 1, 2, 3, 4, None)),
    *({"recurringDay": value} for value in (1, "1", None)),
    *({"recurring": value} for value in (True, False, 1, "true", None)),
    *({"provider": value} for value in ("", "Tianyi", None)),
    *({"geometry": value} for value in NO_GEOMETRY),
    *({"startDate": f"{order()['startDate'][:10]}{time}"} for time in ("", " 00:00", "T00:00:00")),
    *({"startDate": f"{order()['startDate'][:10]}{time}"} for time in (" 00:00:00", "T00:00:00Z")),
]


@pytest.mark.parametrize("changes", CHANGES, ids=str)
def test_the_description_and_the_rules_agree_on_a_create_body(changes: dict[str, Any]) -> None:
    body = order(**changes)
    schema = {**description(), "$ref": "#/components/schemas/OrderCreateRequest"}
    described = jsonschema.Draft202012Validator(schema).is_valid(body)
    try:
        read_create(body)
    except BadRequest:
        assert not described
    else:
        assert described
