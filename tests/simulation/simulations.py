"""The simulations of a marketplace without a network: passes, and one order for each at most."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from msgspec.structs import replace

from satops.core import json_text
from satops.core.order.order import instant_text
from satops.core.order.passes import Pass, Progress, Simulation
from satops.core.order.submission import InDoubt

USED = InDoubt("the result is not there, or is used", "code 400", used=True)
PASSES = 3


@dataclass
class Simulated:
    """One simulation: what was asked for, and what came of it."""

    request: Mapping[str, Any]
    found: Simulation


class Simulations:
    """Every simulation of an account; results are numbered from 1 over all of them."""

    def __init__(self) -> None:
        self.asked: dict[str, Simulated] = {}
        self.used: dict[int, str] = {}
        """Result to the number of its order."""

    def start(self, request: bytes) -> str:
        """Simulate; it is over at once."""
        fields = json_text.loads(request)
        number = f"SIM_{len(self.asked) + 1}"
        start = datetime.fromisoformat(fields["startDate"]).replace(tzinfo=UTC)
        first = PASSES * len(self.asked) + 1
        passes = tuple(
            _pass(number, first + index, start + timedelta(days=1 + index), fields)
            for index in range(PASSES)
        )
        found = Simulation(number, Progress.SUCCEEDED, passes)
        self.asked[number] = Simulated(fields, found)
        return number

    def find(self, number: str) -> Simulation | None:
        """Return a simulation as it stands."""
        known = self.asked.get(number)
        return None if known is None else known.found

    def of_result(self, result: int) -> tuple[Simulated, Pass] | None:
        """Return the row of a result that is not used, with its simulation."""
        if result in self.used:
            return None
        for known in self.asked.values():
            for each in known.found.passes:
                if each.result == result:
                    return known, each
        return None

    def change(self, result: int, **fields: Any) -> None:
        """Change one row, as a simulation that is computed again would."""
        for known in self.asked.values():
            passes = tuple(
                replace(each, **fields) if each.result == result else each
                for each in known.found.passes
            )
            known.found = replace(known.found, passes=passes)


def _pass(number: str, result: int, start: datetime, fields: Mapping[str, Any]) -> Pass:
    row = {"id": result, "taskNo": number, "startTime": instant_text(start)}
    return Pass(
        result=result,
        simulation=number,
        satellite=f"SAT-{result}",
        start=instant_text(start),
        stop=instant_text(start + timedelta(seconds=12)),
        written_start=instant_text(start),
        orbit="descending",
        look="right",
        angle=12.5,
        coverage="0.61",
        coverage_so_far="0.61",
        swath=None,
        region=fields["geometry"],
        area_km2=None,
        row=row,
        sha256=sha256(json_text.dumps(row)).hexdigest(),
    )
