"""What was measured, what is divided by what, and the targets."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.measure import Cost, rounded

FORMAT = "satops.bench/1"


@dataclass(frozen=True, slots=True)
class Figure:
    """The cost of one command, the median of its runs."""

    group: str
    """What was run in turn, and is therefore compared."""
    orders: int
    """In the repository; 0 where orders are not the measure."""
    name: str
    rounds: int
    date: str
    """UTC."""
    cost: Cost


@dataclass(frozen=True, slots=True)
class Goal:
    """One ratio, or one cost by itself, and what it should be at most."""

    of: str
    to: str | None
    """What it is divided by; None for the cost itself."""
    target: float | None = None
    orders: tuple[int, ...] = ()
    """The sizes of repository for which the target holds; empty for all."""
    measure: str = "cpu_s"
    only: bool = False
    """Whether the ratio is told of the sizes in `orders` alone."""

    @property
    def title(self) -> str:
        """Say what is compared."""
        return f"{self.of} ÷ {self.to}" if self.to else f"{self.of}, {_WORDS[self.measure]}"


_WORDS = {"cpu_s": "CPU seconds", "wall_s": "wall seconds", "peak_mib": "peak MiB"}
_LARGE = (10_000, 100_000)
GOALS = (
    Goal("fresh runner, 10 new", "octodns-sync", 1.3, (100,), only=True),
    Goal("fresh runner, 10 new", "octodns-sync", 0.45, (1000,), only=True),
    Goal("fresh runner, 10 new", "octodns-sync", 0.17, (10_000,), only=True),
    Goal("fresh runner, 10 new", "Terraform"),
    Goal("--version", "python -c pass", 3.0),
    Goal("empty plan", "python -c pass"),
    Goal("plan, nothing new", "floor"),
    Goal("plan, 100 new", "floor"),
    Goal("cold plan", "floor"),
    Goal("validate", "floor"),
    Goal("fold of the ledger", "floor"),
    Goal("plan, nothing new", "octodns-sync, nothing new"),
    Goal("cold plan", "octodns-sync, all new"),
    # The target was set with as many records on both sides.
    Goal("cold plan", "octodns-sync, nothing new", 0.9, _LARGE),
    Goal("cold plan", "check-jsonschema", 0.2, _LARGE),
    Goal("cold plan", "Terraform", 0.4, (1000,)),
    Goal("cold plan", None, 400, (100_000,), "peak_mib"),
    Goal("apply, 1 at a time", "ideal, 1 at a time", measure="wall_s"),
    Goal("apply, 4 at a time", "ideal, 4 at a time", measure="wall_s"),
    Goal("apply, 16 at a time", "ideal, 16 at a time", 1.6, (1000,), "wall_s"),
    Goal("apply, 16 at a time, sandbox within", "ideal, 16 at a time", 2.0, (1000,), "wall_s"),
    Goal("fold", None, 10, (0,)),
    Goal("fold", None, 700, (0,), "peak_mib"),
    Goal("list", None, 12, (0,)),
    Goal("list", None, 800, (0,), "peak_mib"),
    Goal("append at the last event", "append at event 10", measure="wall_s"),
)


@dataclass(frozen=True, slots=True)
class Finding:
    """What a goal came to in one group."""

    group: str
    goal: Goal
    found: float
    target: float | None
    """None also where the goal's target is for other sizes."""


def findings(figures: Sequence[Figure]) -> list[Finding]:
    """Return every goal of every group that has what it compares."""
    groups: dict[str, dict[str, Figure]] = {}
    for figure in figures:
        groups.setdefault(figure.group, {})[figure.name] = figure
    return [
        _finding(group, goal, named)
        for group, named in groups.items()
        for goal in GOALS
        if goal.of in named and (goal.to is None or goal.to in named) and _tells(goal, named)
    ]


def _tells(goal: Goal, named: dict[str, Figure]) -> bool:
    # A cost by itself says something only beside its target.
    if goal.to is None or goal.only:
        return named[goal.of].orders in goal.orders
    return True


def _finding(group: str, goal: Goal, named: dict[str, Figure]) -> Finding:
    above = getattr(named[goal.of].cost, goal.measure)
    below = 1.0 if goal.to is None else getattr(named[goal.to].cost, goal.measure)
    holds = not goal.orders or named[goal.of].orders in goal.orders
    return Finding(group, goal, above / max(below, 1e-6), goal.target if holds else None)


def write(path: Path, figures: Iterable[Figure], versions: dict[str, str]) -> None:
    """Write figures as JSON, with the ratios, for machines and for `read`."""
    kept = list(figures)
    path.write_text(
        json.dumps(
            {
                "format": FORMAT,
                "versions": versions,
                "figures": [
                    {**asdict(figure), "cost": asdict(rounded(figure.cost))} for figure in kept
                ],
                "ratios": [
                    {
                        "group": found.group,
                        "of": found.goal.of,
                        "to": found.goal.to,
                        "measure": found.goal.measure,
                        "found": round(found.found, 3),
                        "target": found.target,
                    }
                    for found in findings(kept)
                ],
            },
            indent=1,
        )
        + "\n"
    )


def read(path: Path) -> tuple[list[Figure], dict[str, str]]:
    """Return the figures of a file that `write` made, and the versions of what was measured."""
    if not path.exists():
        return [], {}
    found = json.loads(path.read_text())
    figures = [Figure(**{**row, "cost": Cost(**row["cost"])}) for row in found["figures"]]
    return figures, found["versions"]


def merged(before: Sequence[Figure], now: Sequence[Figure]) -> list[Figure]:
    """Return all figures; a group that was measured now replaces the one of the same name."""
    fresh = {figure.group for figure in now}
    kept = [figure for figure in before if figure.group not in fresh]
    return sorted([*kept, *now], key=lambda figure: (figure.orders, figure.group))
