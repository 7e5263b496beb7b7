"""The action that others use: `uses: OWNER/satops@COMMIT`, run by act as in their repository."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.gitops.act import Act
from tests.gitops.github_api import GitHub
from tests.gitops.rehearsal import Rehearsal
from tests.gitops.tools import ROOT, Tools

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
_REVIEWED = """\
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
      - uses: actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8
        with: {{fetch-depth: 0, persist-credentials: false}}
      - id: plan
        uses: {uses}
        with: {{command: plan}}
  satops:
    needs: plan
    runs-on: ubuntu-latest
    permissions: {{contents: write}}
    steps:
      - uses: actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8
        with: {{fetch-depth: 0, persist-credentials: false}}
      - uses: actions/download-artifact@d3f86a106a0bac45b974a628896c90dbdf5c8093
        with: {{name: satops-plan, path: "${{{{ runner.temp }}}}/reviewed"}}
      - uses: {uses}
        with:
          command: apply
          marketplace-token: ${{{{ secrets.SATOPS_TOKEN }}}}
          marketplace: ${{{{ vars.SATOPS_MARKETPLACE }}}}
          reviewed: ${{{{ runner.temp }}}}/reviewed/plan.json
          digest: {digest}
"""


@pytest.fixture
def action(act: Act, tools: Tools, tmp_path: Path) -> Act:
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
    act.python = tools.runner_python(tmp_path / "python")
    return act


def use_the_action(work: Path) -> None:
    """Let a repository's workflows be three lines of the action."""
    for name, command, event in (("plan", "plan", "pull_request"), ("apply", "apply", "push")):
        text = _WORKFLOW.format(uses=USES, command=command, event=event)
        (work / f".github/workflows/satops-{name}.yml").write_text(text)


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


@pytest.mark.parametrize("digest", ["${{ needs.plan.outputs.digest }}", '""', "0" * 64])
def test_the_action_buys_a_reviewed_plan_by_its_digest_alone(
    rehearsal: Rehearsal, action: Act, digest: str
) -> None:
    def review(work: Path) -> None:
        workflow = _REVIEWED.format(uses=USES, digest=digest)
        (work / ".github/workflows/satops-apply.yml").write_text(workflow)

    rehearsal.merge(rehearsal.open(review, rehearsal.order("hanoi")))
    applied = action.apply()
    assert applied.ok == digest.startswith("$"), applied.log
    assert rehearsal.bought() == ([1] if applied.ok else [])


def test_the_action_refuses_a_command_that_is_none(rehearsal: Rehearsal, action: Act) -> None:
    def inject(work: Path) -> None:
        use_the_action(work)
        workflow = work / ".github/workflows/satops-apply.yml"
        text = workflow.read_text("utf-8")
        workflow.write_text(text.replace("command: apply", 'command: "apply; touch injected"'))

    rehearsal.merge(rehearsal.open(inject, rehearsal.order("hanoi")))
    applied = action.apply()
    assert not applied.ok
    assert "The input command must be" in applied.log
    assert rehearsal.bought() == []
