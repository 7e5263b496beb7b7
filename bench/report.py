"""Figures for people: tables on the terminal, and the tables and the chart of the docs."""

from collections.abc import Sequence
from pathlib import Path

from bench.chart import chart
from bench.figures import Figure, findings

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "bench" / "results.json"
PAGE = ROOT / "docs" / "performance.md"
CHART = ROOT / "docs" / "performance.svg"
CHART_LINK = "![CPU seconds of plans of 10,000 orders, beside other tools](performance.svg)\n"
BEGIN, END = "<!-- figures: made by make bench -->\n", "<!-- end of figures -->\n"


def table(figures: Sequence[Figure]) -> str:
    """Return the costs of one group."""
    lines = [f"{figures[0].group:38}{'CPU s':>11}{'wall s':>11}{'peak MiB':>10}{'together':>10}"]
    for figure in figures:
        cost = figure.cost
        lines.append(
            f"  {figure.name:36}{_seconds(cost.cpu_s):>11}{_seconds(cost.wall_s):>11}"
            f"{_mib(cost.peak_mib):>10}{_mib(cost.together_mib):>10}"
        )
    return "\n".join(lines) + "\n"


def ratios(figures: Sequence[Figure]) -> str:
    """Return the ratios of all groups beside their targets."""
    lines = [f"{'':62}{'found':>9}{'target':>9}"]
    group = ""
    for found in findings(figures):
        if found.group != group:
            group = found.group
            lines.append(group)
        target = "" if found.target is None else f"{found.target:g}"
        lines.append(f"  {found.goal.title:60}{_ratio(found.found):>9}{target:>9}")
    return "\n".join(lines)


def page(text: str, figures: Sequence[Figure]) -> str:
    """Return a page of the docs with its figures replaced by these."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    if figures:
        shown = f"{CHART_LINK}\n{_goals(figures)}\n{_costs(figures)}"
    else:
        shown = "No figures stand here now. `make bench` measures them, and writes them here.\n"
    return f"{before}{BEGIN}\n{shown}\n{END}{after}"


def write_docs(figures: Sequence[Figure]) -> None:
    """Bring the page and its chart up to the figures."""
    PAGE.write_text(page(PAGE.read_text("utf-8"), figures), "utf-8")
    CHART.write_text(chart(figures), "utf-8")


def _goals(figures: Sequence[Figure]) -> str:
    lines = ["| what | measure | found | target |", "|---|---|---|---|"]
    lines += [
        f"| {found.group} | {found.goal.title} | {_ratio(found.found)} "
        f"| {'' if found.target is None else f'≤ {found.target:g}'} |"
        for found in findings(figures)
    ]
    return "\n".join(lines) + "\n"


def _costs(figures: Sequence[Figure]) -> str:
    lines = [
        "| what | command | CPU s | wall s | peak MiB | all processes, MiB |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {figure.group} | {figure.name} | {_seconds(figure.cost.cpu_s)} "
        f"| {_seconds(figure.cost.wall_s)} | {_mib(figure.cost.peak_mib)} "
        f"| {_mib(figure.cost.together_mib)} |"
        for figure in figures
        if not figure.name.startswith("ideal")
    ]
    return "\n".join(lines) + "\n"


def _seconds(seconds: float) -> str:
    return f"{seconds:.5f}" if 0 < seconds < 0.01 else f"{seconds:.2f}"


def _mib(mib: float) -> str:
    return f"{mib:.0f}" if mib else ""


def _ratio(ratio: float) -> str:
    return f"{ratio:.0f}" if ratio >= 100 else f"{ratio:.2f}"
