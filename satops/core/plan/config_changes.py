"""Which parts of `satops.yaml` a change touches, for those who review it."""

from collections.abc import Callable, Mapping

from satops.core.plan.checks import CONFIG_CHANGED
from satops.core.plan.config import Config
from satops.core.problem import Problem

_PARTS: Mapping[str, Callable[[Config], object]] = {
    "marketplace": lambda config: config.marketplace,
    "state": lambda config: config.state,
    "orders": lambda config: config.orders,
    "timezone": lambda config: config.timezone,
    "apply": lambda config: config.apply,
    "reconcile": lambda config: config.reconcile,
    # The line that sets a limit is no part of it.
    "limits": lambda config: [(limit.key, limit.value, limit.label) for limit in config.limits],
    "labels": lambda config: dict(config.labels),
    "checks": lambda config: dict(config.severities),
    "region": lambda config: config.region,
    "areas": lambda config: (config.allowed, config.forbidden),
    "modes": lambda config: config.modes,
    "prices": lambda config: config.prices,
}


def changed_parts(base: Config, here: Config) -> tuple[str, ...]:
    """Return the top-level keys that say something else than in `base`."""
    return tuple(key for key, of in _PARTS.items() if of(base) != of(here))


def config_problem(base: Config, here: Config, *, file: str, ref: str) -> Problem | None:
    """Return what reviewers must know when the configuration differs from that of `ref`.

    Its severity is the one that `base` gives it: a change cannot silence its own warning.
    """
    parts = changed_parts(base, here)
    if not parts:
        return None
    return Problem(
        check=CONFIG_CHANGED.code,
        severity=base.severities.get(CONFIG_CHANGED.code, CONFIG_CHANGED.severity),
        file=file,
        line=1,
        column=1,
        path="",
        summary=CONFIG_CHANGED.title,
        detail=f"{', '.join(parts)}: changed since {ref}. This file decides where orders and the "
        "token go, where the ledger is, and what may be bought. This plan reads the ledger, the "
        "limits and the severities as they are there; what is here rules once it is merged. Let "
        "an owner of the file approve it.",
    )
