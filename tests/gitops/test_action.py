"""The action that others use: `uses: OWNER/satops@COMMIT`, run by act as in their repository."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.gitops.act import Act
from tests.gitops.github_api import GitHub
from tests.gitops.rehearsal import Rehearsal
from tests.gitops.tools import ROOT

USES = f"satops/satops@{'1' * 40}"
_WORKFLOW = """\
name: satops {command}
on: [{event}]
permissions: {{}}
jobs:
  satops:
    runs-on: ubuntu-latest
    permissions: {{contents: write, pull-requests: write}}
    steps:
      - uses: actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8
        with: {{fetch-depth: 0, persist-credentials: false}}
      - uses: {uses}
        with:
          command: {command}
          marketplace-token: ${{{{ secrets.SATOPS_TOKEN }}}}
          marketplace: ${{{{ vars.SATOPS_MARKETPLACE }}}}
"""
_CHECKOUT = """\
      - uses: actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8
        with: {fetch-depth: 0, persist-credentials: false}
"""
_REVIEWED = f"""\
name: satops apply
on: [push]
permissions: {{}}
jobs:
  plan:
    runs-on: ubuntu-latest
    permissions: {{contents: read}}
    outputs:
      digest: ${{{{ steps.plan.outputs.digest }}}}
    steps:
{_CHECKOUT}
      - id: plan
        uses: {USES}
        with: {{command: plan}}
"""
_BUYS = """\
  {job}:
    needs: {needs}
    if: ${{{{ !cancelled() }}}}
    runs-on: ubuntu-latest
    permissions: {{contents: write}}
    steps:
{checkout}
      - uses: actions/download-artifact@d3f86a106a0bac45b974a628896c90dbdf5c8093
        with: {{name: satops-plan, path: "${{{{ runner.temp }}}}/reviewed"}}
      - uses: {uses}
        with:
          command: {command}
          marketplace-token: ${{{{ secrets.SATOPS_TOKEN }}}}
          marketplace: ${{{{ vars.SATOPS_MARKETPLACE }}}}
          reviewed: ${{{{ runner.temp }}}}/reviewed/plan.json
          digest: {digest}
"""
_JOBS = (
    ("no-digest", "apply", '""'),
    ("other-digest", "apply", "0" * 64),
    ("no-command", '"apply; touch injected"', "${{ needs.plan.outputs.digest }}"),
    ("buys", "apply", "${{ needs.plan.outputs.digest }}"),
)
"""Jobs that want to buy one after the other: only the last of them may."""


@pytest.fixture
def action(act: Act, tmp_path: Path) -> Act:
    """Let the action be what a commit of this repository would hold, and no more."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "satops", "schema",
         "action.yml", "pyproject.toml", "README.md", "LICENSE"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    for name in listed.stdout.splitlines():
        target = tmp_path / "action" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_file():
            shutil.copy(ROOT / name, target)
    act.actions[USES] = tmp_path / "action"
    return act


def use_the_action(work: Path) -> None:
    """Let a repository's workflows be three lines of the action."""
    for name, command, event in (("plan", "plan", "pull_request"), ("apply", "apply", "push")):
        text = _WORKFLOW.format(uses=USES, command=command, event=event)
        (work / f".github/workflows/satops-{name}.yml").write_text(text)


def review(work: Path) -> None:
    """Let what buys take a plan that was reviewed, in each of the jobs."""
    text, needs = _REVIEWED, ["plan"]
    for job, command, digest in _JOBS:
        text += _BUYS.format(
            job=job, needs=f"[{', '.join(needs)}]", command=command, digest=digest,
            checkout=_CHECKOUT, uses=USES,
        )  # fmt: skip
        needs.append(job)
    (work / ".github/workflows/satops-apply.yml").write_text(text)


def test_the_action_plans_and_buys_with_the_satops_beside_it(
    rehearsal: Rehearsal, action: Act, api: GitHub
) -> None:
    request = rehearsal.open(use_the_action, rehearsal.order("hanoi"))
    planned = action.plan(request)
    assert planned.ok, planned.log
    assert "satops plan: 1 order to create" in planned.summary
    (comment,) = api.comments
    assert "satops plan: 1 order to create" in comment.body
    plan = json.loads((rehearsal.artifacts / "satops-plan/plan.json").read_bytes())
    assert plan["summary"]["create"] == 1

    rehearsal.merge(request)
    applied = action.apply()
    assert applied.ok, applied.log
    assert "Placed 1 of 1 expected." in applied.summary
    assert rehearsal.standings() == {"hanoi": "placed"}


def test_the_action_buys_a_reviewed_plan_by_its_digest_alone_and_refuses_other_commands(
    rehearsal: Rehearsal, action: Act
) -> None:
    rehearsal.merge(rehearsal.open(review, rehearsal.order("hanoi")))
    applied = action.apply()
    assert not applied.ok
    ended = dict(re.findall(r"\[satops apply/([a-z-]+) *\] 🏁  Job (\w+)", applied.log))
    assert ended == {
        "plan": "succeeded", "no-digest": "failed", "other-digest": "failed",
        "no-command": "failed", "buys": "succeeded",
    }, applied.log  # fmt: skip
    assert "The input command must be" in applied.log
    assert rehearsal.bought() == [1]
    assert rehearsal.standings() == {"hanoi": "placed"}
