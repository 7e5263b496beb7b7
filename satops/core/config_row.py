"""A configuration as plain values, and back: for what outlives a process.

A row is read back only where its writer is trusted: nothing is checked again.
"""

from dataclasses import fields
from datetime import timedelta, timezone
from typing import Any

from satops.core.plan.config import ApplyConfig, Config, Limit, MarketplaceConfig, ReconcileConfig
from satops.core.problem import Severity

Row = dict[str, Any]
"""Values that JSON can hold."""


def row_of(config: Config) -> Row:
    """Return everything that a configuration says."""
    return _values(config) | {
        "marketplace": _values(config.marketplace),
        "apply": _values(config.apply),
        "reconcile": _values(config.reconcile),
        "limits": [_values(limit) for limit in config.limits],
        "severities": {code: severity.value for code, severity in config.severities.items()},
    }


def config_of(row: Row) -> Config:
    """Return the configuration of a row."""
    market = row["marketplace"]
    region = row["region"]
    return Config(
        **row
        | {
            "marketplace": MarketplaceConfig(**market | {"timezone": _zone(market["timezone"])}),
            "apply": ApplyConfig(**row["apply"]),
            "reconcile": ReconcileConfig(**row["reconcile"]),
            "timezone": _zone(row["timezone"]),
            "region": None if region is None else tuple(region),
            "limits": tuple(map(_limit, row["limits"])),
            "severities": {code: Severity(word) for code, word in row["severities"].items()},
        }
    )


def _values(part: Any) -> Row:
    values = {field.name: getattr(part, field.name) for field in fields(part)}
    zone = values.get("timezone")
    return values if zone is None else values | {"timezone": _minutes(zone)}


def _minutes(zone: timezone) -> float:
    return zone.utcoffset(None) / timedelta(minutes=1)


def _zone(minutes: float | None) -> timezone | None:
    return None if minutes is None else timezone(timedelta(minutes=minutes))


def _limit(row: Row) -> Limit:
    label = row["label"]
    return Limit(**row | {"label": None if label is None else tuple(label)})
