"""Runs commands in turn, and takes each one's cost as the operating system accounts for it."""

import os
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run took."""

    cpu_s: float
    """User and system time of the process and its children."""
    wall_s: float
    peak_mib: float
    """Of the largest single process."""


@dataclass(frozen=True, slots=True)
class Command:
    """Something to measure, and what puts the world back before each run."""

    name: str
    arguments: Sequence[str]
    before: Callable[[], None] = lambda: None
    codes: tuple[int, ...] = (0,)


def run(command: Command, environment: Mapping[str, str]) -> Cost:
    """Run a command once; raises RuntimeError when it ends with another code than it should."""
    command.before()
    began = time.monotonic()
    with subprocess.Popen(
        command.arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment
    ) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in command.codes:
        raise RuntimeError(f"{command.name} ended with {process.returncode}")
    wall_s = time.monotonic() - began
    return Cost(usage.ru_utime + usage.ru_stime, wall_s, usage.ru_maxrss / 1024)


def measure(
    commands: Sequence[Command], *, rounds: int, environment: Mapping[str, str]
) -> dict[str, Cost]:
    """Run every command once unmeasured, then all in turn, and return each one's medians."""
    costs: dict[str, list[Cost]] = {command.name: [] for command in commands}
    for turn in range(rounds + 1):
        for command in commands:
            cost = run(command, environment)
            if turn:
                costs[command.name].append(cost)
    return {name: _median(found) for name, found in costs.items()}


def _median(costs: Sequence[Cost]) -> Cost:
    return Cost(
        statistics.median(cost.cpu_s for cost in costs),
        statistics.median(cost.wall_s for cost in costs),
        max(cost.peak_mib for cost in costs),
    )
