"""The chart of the docs: what 10,000 orders cost in CPU seconds, satops beside its peers."""

from collections.abc import Sequence

from bench.figures import Figure

GROUP = "10,000 orders"
_BARS = (
    ("floor", "read every file (the floor)"),
    ("plan, nothing new", "satops plan, nothing new"),
    ("plan, 100 new", "satops plan, 100 new"),
    ("cold plan", "satops plan, all new"),
    ("octodns-sync, nothing new", "octodns-sync, nothing new"),
    ("octodns-sync, all new", "octodns-sync, all new"),
    ("check-jsonschema", "check-jsonschema"),
)
"""Names of figures, in the order of the chart, and their labels."""
_OURS, _OTHERS = "#2f6fdf", "#9aa0a6"
_WIDTH, _LABEL, _ROW, _TOP = 760, 210, 30, 44
_BAR_MAX = _WIDTH - _LABEL - 80
"""Leaves room for the number behind the longest bar."""


def chart(figures: Sequence[Figure]) -> str:
    """Return an SVG of horizontal bars, readable on light and dark pages."""
    cpu_s = {figure.name: figure.cost.cpu_s for figure in figures if figure.group == GROUP}
    bars = [(name, label) for name, label in _BARS if name in cpu_s]
    most = max(cpu_s[name] for name, _ in bars) if bars else 1.0
    rows = "".join(
        _row(_TOP + _ROW * place, label, cpu_s[name], cpu_s[name] / most)
        for place, (name, label) in enumerate(bars)
    )
    height = _TOP + _ROW * len(bars) + 10
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" '
        f'width="{_WIDTH}" height="{height}" role="img" '
        'font-family="system-ui, sans-serif" font-size="13">\n'
        "<style>text { fill: #1f2328 } "
        "@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } }</style>\n"
        f"<title>CPU seconds for {GROUP}</title>\n"
        f'<text x="0" y="20" font-size="15" font-weight="600">CPU seconds for {GROUP}</text>\n'
        f"{rows}</svg>\n"
    )


def _row(top: int, label: str, seconds: float, share: float) -> str:
    width = max(1.0, round(share * _BAR_MAX, 1))
    colour = _OURS if label.startswith("satops") else _OTHERS
    return (
        f'<text x="{_LABEL - 10}" y="{top + 15}" text-anchor="end">{label}</text>'
        f'<rect x="{_LABEL}" y="{top + 2}" width="{width}" height="18" rx="2" fill="{colour}"/>'
        f'<text x="{_LABEL + width + 8}" y="{top + 15}">{seconds:.2f}</text>\n'
    )
