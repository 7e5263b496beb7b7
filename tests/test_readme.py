"""The README and the code say the same."""

import html
import re
import subprocess
import sys
from pathlib import Path

import satops
from satops.cli.commands import COMMANDS
from tests.picture import plan_text
from tests.picture_report import PICTURE, picture

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def _without_moments(text: str) -> list[str]:
    """Return the lines of a transcript with everything that changes by the day left out."""
    text = re.sub(r"\d{4}-\d{2}-\d{2}( \d{2}:\d{2}(:\d{2})?)?", "DATE", text)
    text = re.sub(r"-\d{4}-\d{2}\b", "-MONTH", text)
    text = re.sub(r"Plan [0-9a-f]{12}", "DIGEST", text)
    text = re.sub(r"SANDBOX_ORDER_[0-9A-F]+", "NUMBER", text)
    return [re.sub(r" +", " ", line).strip() for line in text.splitlines()]


def test_the_transcript_is_what_the_demo_prints() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "satops", "demo"], capture_output=True, text=True, check=True
    )
    printed = _without_moments(done.stdout)
    block = README.split("<!-- demo -->")[1]
    blocks = "\n".join(re.findall(r"```console\n(.*?)```", block, re.DOTALL))
    shown = [line for line in _without_moments(blocks) if line]
    place = 0
    for line in shown:
        assert line in printed[place:], f"the demo does not print: {line}"
        place = printed.index(line, place) + 1


def test_every_command_is_in_the_table() -> None:
    table = README.split("## Commands")[1].split("##")[0]
    rows = " ".join(re.findall(r"^\| (`[^|]*) \|", table, re.MULTILINE))
    named = re.findall(r"`(?:satops )?(\w+)`", rows)
    assert sorted(named) == sorted(COMMANDS)


def test_every_page_that_it_names_is_there() -> None:
    pages = re.findall(r"\]\((docs/[^)#]+)", README)
    assert pages
    assert [page for page in pages if not (ROOT / page).exists()] == []


def test_the_example_spec_is_a_good_one(tmp_path: Path) -> None:
    satops.init(tmp_path)
    for path in (tmp_path / "orders").iterdir():
        path.unlink()
    example = re.search(r"```yaml\n(# yaml-language-server.*?)```", README, re.DOTALL)
    assert example is not None
    (tmp_path / "orders" / "example.yaml").write_text(example[1], "utf-8")
    tree = satops.validate(tmp_path)
    assert [problem for problem in tree.problems if problem.blocks] == []
    assert len(tree.specs) == 1


def test_the_picture_of_the_report_is_current() -> None:
    assert PICTURE.read_text("utf-8") == picture()


def test_the_picture_shows_what_a_plan_looks_like() -> None:
    drawn = re.sub(r"<[^>]+>", "\n", (ROOT / "docs" / "plan.svg").read_text("utf-8"))
    drawn = html.unescape(drawn).replace("\xa0", " ")
    shown = {word for line in _without_moments(drawn) for word in line.split()}
    for line in _without_moments(plan_text()[0]):
        missing = [word for word in line.split() if word not in shown]
        assert missing == [], f"make it again with python -m tests.picture: {line}"
