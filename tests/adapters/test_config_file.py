"""`satops.yaml`: what it may say, what it may not, and that no secret of it is repeated."""

import subprocess
from datetime import UTC, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satops.adapters.files import schemas
from satops.adapters.files.config_checks import wrong_url
from satops.adapters.files.config_file import find_root, load_config, load_config_at, parse_config
from satops.core import json_text
from satops.core.plan.config import (
    ApplyConfig,
    Config,
    LabelRule,
    Limit,
    MarketplaceConfig,
    ReconcileConfig,
)
from satops.core.problem import Severity
from satops.errors import UsageError
from satops.offers.eo_imagery import EO_IMAGERY

EVERYTHING = """\
marketplace:
  url: https://marketplace.example/market_service/
  auth: {header: X-API-Key, tokenFrom: SATOPS_BUYER_TOKEN}
  geometry: wkt
  timezone: "+08:00"
  query: false
apply: {concurrency: 8, batch: 5, connectTimeoutS: 5, answerTimeoutS: 30, retryAfterMaxS: 0,
        intentS: 120}
reconcile: {waitS: 60.5, looks: 2, skewS: 0, rowsMax: 90, bytesMax: 2000000, lookS: 9, shortBy: 3}
timezone: -03:30
state: git:satops-state
orders: imagery/orders/
region: [102, 8, 110, 24.5]
areas: {allowed: aois/contract.geojson, forbidden: aois/no-go.geojson}
limits:
  ordersPerApply: 20
  areaKm2PerOrder: 20000.5
  by:
    team:
      hydrology:
        costPerMonth: 5000
  without:
    team: {ordersPerMonth: 0}
checks: {A09: error, G07: info}
modes: modes.json
prices: {currency: USD, perKm2: {changguang: {very-high: 12.5}, tianyi: 4}, minimumKm2: 25}
aoi: {encoding: GBK}
labels: {team: {required: true, oneOf: [hydrology, planning]}, ticket: {}}
"""


def refusal(text: str | bytes) -> str:
    with pytest.raises(UsageError) as caught:
        parse_config(text.encode() if isinstance(text, str) else text)
    return str(caught.value)


def test_every_key_is_read() -> None:
    config = parse_config(EVERYTHING.encode(), "base:satops.yaml")
    assert config == Config(
        marketplace=MarketplaceConfig(
            url="https://marketplace.example/market_service",
            header="X-API-Key",
            token_from="SATOPS_BUYER_TOKEN",
            geometry="wkt",
            timezone=timezone(timedelta(hours=8)),
            query=False,
        ),
        apply=ApplyConfig(8, 5, 5, 30, 0, 120),
        reconcile=ReconcileConfig(60.5, 2, 0, 90, 2_000_000, 9, 3),
        timezone=timezone(-timedelta(hours=3, minutes=30)),
        state="git:satops-state",
        orders="imagery/orders/",
        region=(102.0, 8.0, 110.0, 24.5),
        encoding="GBK",
        allowed="aois/contract.geojson",
        forbidden="aois/no-go.geojson",
        limits=(
            Limit("ordersPerApply", 20, "base:satops.yaml", 16),
            Limit("areaKm2PerOrder", 20000.5, "base:satops.yaml", 17),
            Limit("costPerMonth", 5000, "base:satops.yaml", 21, ("team", "hydrology")),
            Limit("ordersPerMonth", 0, "base:satops.yaml", 23, ("team", None)),
        ),
        labels={"team": LabelRule(True, ("hydrology", "planning")), "ticket": LabelRule()},
        severities={"A09": Severity.ERROR, "G07": Severity.INFO},
        modes="modes.json",
        prices={
            "currency": "USD",
            "perKm2": {"changguang": {"very-high": 12.5}, "tianyi": 4},
            "minimumKm2": 25,
        },
    )


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "{}\n", "marketplace: {}\n"])
def test_what_is_left_out_has_its_default(text: str) -> None:
    assert parse_config(text.encode()) == Config()


def test_the_schema_shows_the_defaults_of_the_code() -> None:
    shown = json_text.loads(schemas.schema_text("config.schema.json"))["properties"]
    defaults = {
        key: rule["default"]
        for part in ("marketplace", "apply", "reconcile")
        for key, rule in shown[part]["properties"].items()
        if "default" in rule
    }
    assert defaults == {
        "url": "sandbox", "geometry": "geojson", "timezone": "UTC", "query": True,
        "simulation": False,
        "concurrency": 4, "batch": "auto", "connectTimeoutS": 10, "answerTimeoutS": 60,
        "retryAfterMaxS": 60, "intentS": 300, "reviewedDays": 7,
        "waitS": 900, "looks": 3, "skewS": 300,
        "rowsMax": 100000, "bytesMax": 67108864, "lookS": 300, "shortBy": 0,
    }  # fmt: skip
    explicit = "".join(
        f"{part}: {{{', '.join(f'{k}: {str(v).lower()}' for k, v in values.items())}}}\n".replace(
            "utc", "UTC"
        )
        for part in ("marketplace", "apply", "reconcile")
        if (values := {k: v for k, v in defaults.items() if k in shown[part]["properties"]})
    )
    assert parse_config(explicit.encode()) == Config()


WRONG = {
    "timezone: Asia/Bangkok": (1, 11, "such as +07:00"),
    "timezone: +15:00": (1, 11, "such as +07:00"),
    "timezone: Z": (1, 11, "such as +07:00"),
    "orders: ../elsewhere": (1, 9, "may not leave"),
    "orders: /srv/orders": (1, 9, "may not leave"),
    "orders: .": (1, 9, "may not leave"),
    "orders: a/../../b": (1, 9, "may not leave"),
    "modes: 'a\\b.json'": (1, 8, "may not leave"),
    "areas: {allowed: /etc/hostname}": (1, 18, "may not leave"),
    "aoi: {encoding: klingon}": (1, 17, "no encoding that satops knows"),
    "state: mysql://host": (1, 8, "begins with file:"),
    "region: [1, 2, 3]": (1, 9, "4 are needed"),
    "region: [8, 102, 24, 110]": (1, 9, "Longitude comes first"),
    "region: [102, 24, 110, 8]": (1, 9, "south must be below north"),
    "apply: {intentS: 60}": (1, 18, "71 or more"),
    "apply: {answerTimeoutS: 600}": (1, 8, "610 seconds"),
    "apply: {connectTimeoutS: 0}": (1, 26, "more than 0"),
    "apply: {concurrency: 1000}": (1, 22, "from 1 to 64"),
    "apply: {batch: many}": (1, 16, "must be auto"),
    "reconcile: {waitS: 0}": (1, 20, "more than 0"),
    "reconcile: {looks: 0}": (1, 20, "from 1 to 100"),
    "marketplace: {url: https://a.example}\nreconcile: {waitS: 1}": (2, 20, "60 seconds or more"),
    "marketplace: {url: https://a.example}\nreconcile: {looks: 1}": (2, 20, "2 or more"),
    "labels: {team: {oneOf: []}}": (1, 24, "at least 1"),
    "labels: {team: {needed: true}}": (1, 17, "no field `needed` in `team`"),
    "limits: {without: {team: {oops: 1}}}": (1, 27, "no field `oops` in `team`"),
    "limits: {ordersPerDay: 3}": (1, 10, "ordersPerApply"),
    "limits: {ordersPerApply: 1.5}": (1, 26, "a whole number"),
    "limits: {areaKm2PerApply: -1}": (1, 27, "at least 0"),
    "limits: {by: {team: {a: {oops: 1}}}}": (1, 26, "no field `oops` in `a`"),
    "limits: {by: {team: 3}}": (1, 21, "a group of fields"),
    "checks: {a09: error}": (1, 10, "no code of a check"),
    "checks: {A09: fatal}": (1, 15, "error, warning or info"),
    "checks: {Z99: error}": (1, 15, "There is no check Z99"),
    "prices: {perKm2: 3}": (1, 1, "`currency` is missing"),
    "prices: {currency: USD, perKm2: {changuang: 3}}": (1, 34, "Did you mean `changguang`?"),
    "marketplce: {}": (1, 1, "Did you mean `marketplace`?"),
    "orders: a\norders: b": (2, 1, "written twice"),
    "orders: a\n---\norders: b": (3, 1, "one document"),
    "orders: [a": (1, 9, "no ] that closes it"),
    "orders: [": (2, 1, "a bracket is not closed"),
}


@pytest.mark.parametrize("url", ["sandbox", "http://127.0.0.1:8080"])
def test_only_the_sandbox_may_give_up_a_doubt_at_once(url: str) -> None:
    text = f"marketplace: {{url: '{url}'}}\nreconcile: {{waitS: 0.1, looks: 1}}"
    assert parse_config(text.encode()).reconcile.wait_s == 0.1


@pytest.mark.parametrize("text", WRONG)
def test_what_is_wrong_is_said_with_its_place(text: str) -> None:
    line, column, said = WRONG[text]
    message = refusal(text)
    assert f"satops.yaml:{line}:{column}: " in message
    assert said in message
    assert message.count("\n") == 1


def test_everything_that_is_wrong_is_said_at_once() -> None:
    message = refusal("timezone: x\norders: /\nlimits: {a: 1}\nchecks: {A01: no}\n")
    assert [line.split(": ")[0].strip() for line in message.splitlines()[1:]] == [
        "satops.yaml:1:11", "satops.yaml:2:9", "satops.yaml:3:10", "satops.yaml:4:15",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "token: SECRET", "marketplace: {token: SECRET}", "marketplace: {auth: {token: SECRET}}",
        "marketplace: {auth: {apiKey: SECRET}}", "marketplace: {auth: SECRET}",
        "marketplace: {auth: {tokenFrom: sk-SECRET}}", "marketplace: SECRET", "SECRET",
        "marketplace: {auth: {header: 'Bearer SECRET'}}",
        "marketplace: {auth: {tokenFrom: [SECRET]}}",
        "marketplace: {url: 'https://me:SECRET@marketplace.example'}",
        "marketplace: {url: 'https://marketplace.example/?key=SECRET'}",
        "marketplace: {url: 'https://marketplace.example/#SECRET'}",
        "marketplace: {url: 'http://marketplace.example/SECRET'}",
        "marketplace: {url: [SECRET]}",
        "state: postgresql://me:SECRET@host/ledger", "state: 'postgresql:host=h password=SECRET'",
        "state: s3://bucket?secret=SECRET", "state: mysql:SECRET",
    ],
)  # fmt: skip
def test_a_secret_in_the_configuration_is_refused_and_not_repeated(text: str) -> None:
    assert "SECRET" not in refusal(text)


def test_a_token_in_the_configuration_is_called_what_it_is() -> None:
    assert "The token never stands in YAML" in refusal("marketplace: {token: abc}")


@pytest.mark.parametrize(
    "state", ["postgresql://satops@host/ledger", "git:git@host:team/repo.git#state", "git:"]
)
def test_a_user_without_a_password_is_no_secret(state: str) -> None:
    assert parse_config(f"state: '{state}'".encode()).state == state


@pytest.mark.parametrize(
    "url",
    [
        "https://eo-imagery.origen.ae/market_service", "https://host:8443", "http://localhost:1/x",
        "http://127.0.0.1:8080", "http://127.3.2.1", "http://[::1]:80/x",
    ],
)  # fmt: skip
def test_an_address_that_is_safe_is_taken(url: str) -> None:
    assert wrong_url(url) is None
    assert parse_config(f"marketplace: {{url: '{url}'}}".encode()).marketplace.url == url


@pytest.mark.parametrize(
    "url",
    [
        "Sandbox", "marketplace.example", "ftp://host/x", "file:///etc/hostname", "https://",
        "https:///path", "http://10.0.0.1/", "http://localhost.example/", "http://127.0.0.1.example",
        "http://[::2]/", "https://host:99999/", "https://host:0/", "https://[::1", "https://h\u043e.st/",
        "https://host/a b", "https://host/?", "https://host/x?a=1", "https://host/#x",
        "https://user@host/", "http://0.0.0.0/",
    ],
)  # fmt: skip
def test_an_address_that_is_not_safe_is_refused(url: str) -> None:
    assert wrong_url(url)
    assert "marketplace.url" in refusal(f"marketplace: {{url: '{url}'}}")


def test_a_host_with_letters_beyond_ascii_is_told_its_plain_form() -> None:
    said = wrong_url("https://bücher.example/market") or ""
    assert said.endswith(": xn--bcher-kva.example")
    assert said.isascii()
    assert "xn--hst-sed.st" in (wrong_url("https://h\u043est.st/") or "")


@pytest.mark.parametrize("host", ["straße.example", "a\u200d.example", "\u2024.example"])
def test_a_host_that_two_rules_write_in_two_ways_gets_no_advice(host: str) -> None:
    assert "xn--" not in (wrong_url(f"https://{host}/") or "xn--")


@given(st.text(max_size=40))
def test_no_address_raises(url: str) -> None:
    said = wrong_url(url)
    assert said is None or said.isprintable()


@given(st.binary(max_size=120) | st.text(max_size=120).map(str.encode))
def test_no_content_raises_anything_but_a_usage_error(content: bytes) -> None:
    said = "no error"
    try:
        parse_config(content)
    except UsageError as error:
        said = str(error)
    assert said == "no error" or said.startswith("satops.yaml cannot be used.")


def test_the_root_is_the_nearest_folder_above(tmp_path: Path) -> None:
    inner = tmp_path / "outer" / "inner"
    (inner / "orders" / "2035").mkdir(parents=True)
    for folder in (tmp_path / "outer", inner):
        (folder / "satops.yaml").write_text("orders: orders/\n")
    assert find_root(inner / "orders" / "2035") == inner
    assert find_root(inner) == inner
    assert find_root(inner.parent) == inner.parent


def test_without_a_root_the_way_to_one_is_shown(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="satops init"):
        find_root(tmp_path)


def test_the_file_of_a_repository_is_read(tmp_path: Path) -> None:
    (tmp_path / "satops.yaml").write_text("timezone: UTC\n")
    assert load_config(tmp_path).timezone == UTC


def test_a_file_that_cannot_be_read_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not there"):
        load_config(tmp_path)
    (tmp_path / "satops.yaml").mkdir()
    with pytest.raises(UsageError, match="no regular file"):
        load_config(tmp_path)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a git repository whose satops.yaml was committed and then changed."""
    root = tmp_path / "team" / "imagery"
    root.mkdir(parents=True)
    (root / "satops.yaml").write_text("limits: {ordersPerApply: 5}\n")
    for arguments in (
        ["init", "-q", "-b", "main", str(tmp_path)],
        ["-C", str(tmp_path), "add", "."],
        ["-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@example.org",
         "-c", "commit.gpgsign=false", "commit", "-q", "-m", "Limit orders"],
    ):  # fmt: skip
        subprocess.run(["git", *arguments], check=True)
    (root / "satops.yaml").write_text("limits: {ordersPerApply: 5000}\n")
    return root


def test_limits_can_be_read_from_another_commit(repository: Path) -> None:
    (limit,) = load_config_at(repository, "main")[0].limits
    assert limit == Limit("ordersPerApply", 5, "main:satops.yaml", 1)


@pytest.mark.parametrize("ref", ["nowhere", "--help", "", "main~5", "-x"])
def test_a_commit_that_cannot_be_read_is_an_error(repository: Path, ref: str) -> None:
    with pytest.raises(UsageError):
        load_config_at(repository, ref)


def test_a_repository_without_git_has_no_other_commit(tmp_path: Path) -> None:
    (tmp_path / "satops.yaml").write_text("")
    with pytest.raises(UsageError, match="cannot be read"):
        load_config_at(tmp_path, "main")


def test_every_schema_of_the_installation_is_found() -> None:
    assert schemas.order_schema(EO_IMAGERY) is schemas.order_schema(EO_IMAGERY)
    for schema in (schemas.config_schema, schemas.ledger_schema):
        assert schema() is schema()
    with pytest.raises(FileNotFoundError, match=r"nothing\.schema\.json"):
        schemas.schema_text("nothing.schema.json")
