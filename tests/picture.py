"""Make docs/plan.svg, the picture in the README: `python -m tests.picture`."""

import io
import re
import tempfile
from pathlib import Path

from rich.console import Console

import satops
from satops.report.terminal import draw_on
from satops.report.text.plan import plan_blocks

PICTURE = Path(__file__).parents[1] / "docs" / "plan.svg"
WIDTH = 150
EDIT = ("maxCloud: 20", "maxCloud: 10")


def plan_text() -> tuple[str, str]:
    """Return the plan of a sample repository with one placed order that was edited, and its SVG."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        satops.init(root)
        specs = {path.stem: path for path in (root / "orders").iterdir()}
        kept = {name: path.read_text("utf-8") for name, path in specs.items()}
        for name, path in specs.items():
            if name != "hanoi":
                path.unlink()
        satops.apply(root)
        for name, path in specs.items():
            path.write_text(kept[name], "utf-8")
        specs["hanoi"].write_text(kept["hanoi"].replace(*EDIT), "utf-8")
        blocks = plan_blocks(satops.plan(root))
    console = Console(
        file=io.StringIO(),
        record=True,
        width=WIDTH,
        force_terminal=True,
        markup=False,
        highlight=False,
        emoji=False,
    )
    console.print("$ satops plan", style="bold")
    draw_on(console, blocks)
    text = console.export_text(clear=False)
    drawn = console.export_svg(title="satops", unique_id="plan")
    # The picture loads nothing: the reader's own fixed-width font does.
    drawn = re.sub(r"@font-face \{.*?\}\s*|<!--.*?-->\s*", "", drawn, flags=re.DOTALL)
    return text, drawn


if __name__ == "__main__":
    PICTURE.write_text(plan_text()[1], "utf-8")
