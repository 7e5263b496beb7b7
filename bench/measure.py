"""Runs commands in turn, and takes each one's cost as the operating system accounts for it."""

import os
import statistics
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

_SAMPLE_S = 0.05
_PAGES_PER_MIB = 1024 * 1024 / os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run took."""

    cpu_s: float
    """User and system time of the process and its children."""
    wall_s: float
    peak_mib: float = 0.0
    """Of the largest single process."""
    together_mib: float = 0.0
    """Of the process and its children at the same moment, as sampled; shared pages count twice."""


@dataclass(frozen=True, slots=True)
class Command:
    """Something to measure, and the world around each run of it."""

    name: str
    arguments: Sequence[str]
    around: Callable[[], AbstractContextManager[object]] = nullcontext
    """Makes the world as it must be before a run, and cleans up after it; neither is measured."""
    once: bool = False
    """So long that a warm-up and repeated runs would tell nothing more: it runs in one round."""


def run(command: Command, environment: Mapping[str, str]) -> Cost:
    """Run a command once; raises RuntimeError when it fails."""
    with command.around():
        began = time.monotonic()
        with subprocess.Popen(
            command.arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment
        ) as process:
            with _sampled(process.pid) as samples:
                _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        wall_s = time.monotonic() - began
    if process.returncode != 0:
        raise RuntimeError(f"{command.name} ended with {process.returncode}")
    peak_mib = usage.ru_maxrss / 1024
    cpu_s = usage.ru_utime + usage.ru_stime
    return Cost(cpu_s, wall_s, peak_mib, max(peak_mib, *samples))


def measure(
    commands: Sequence[Command],
    *,
    rounds: int,
    environment: Mapping[str, str],
    warm_up: bool = True,
) -> dict[str, Cost]:
    """Run all commands in turn, round after round, and return each one's medians.

    `warm_up` adds a round that is not counted: it fills the caches of the system.
    """
    costs: dict[str, list[Cost]] = {command.name: [] for command in commands}
    for turn in range(-warm_up, rounds):
        for command in commands:
            if command.once and turn != 0:
                continue
            cost = run(command, environment)
            if turn >= 0:
                costs[command.name].append(cost)
    return {name: _median(found) for name, found in costs.items()}


def _median(costs: Sequence[Cost]) -> Cost:
    return Cost(
        statistics.median(cost.cpu_s for cost in costs),
        statistics.median(cost.wall_s for cost in costs),
        max(cost.peak_mib for cost in costs),
        max(cost.together_mib for cost in costs),
    )


@contextmanager
def _sampled(pid: int) -> Iterator[list[float]]:
    """Look from time to time at the memory of a process and its children, for the block."""
    samples = [0.0]
    over = threading.Event()

    def look() -> None:
        while not over.wait(_SAMPLE_S):
            samples.append(_resident_pages(pid) / _PAGES_PER_MIB)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield samples
    finally:
        over.set()
        thread.join()


def _resident_pages(pid: int) -> int:
    """Return the resident pages of a process and all beneath it; 0 where the system cannot tell."""
    folder = Path("/proc", str(pid))
    try:
        pages = int((folder / "statm").read_text().split()[1])
        children = (folder / "task" / str(pid) / "children").read_text().split()
    except (OSError, IndexError):
        return 0
    return pages + sum(_resident_pages(int(child)) for child in children)


def rounded(cost: Cost) -> Cost:
    """Return the cost with as many digits as it deserves."""
    return replace(
        cost,
        cpu_s=round(cost.cpu_s, 6 if cost.cpu_s < 0.01 else 3),
        wall_s=round(cost.wall_s, 6 if cost.wall_s < 0.01 else 3),
        peak_mib=round(cost.peak_mib),
        together_mib=round(cost.together_mib),
    )
