"""docs/gitops.md is held against the workflows, the action and the command line."""

import re
import shlex

import click
import yaml

from satops.adapters.files.ci_files import ci_templates
from satops.cli.main import satops
from satops.workflow.scaffold_ci import FORGES, Place, ci_files
from tests.gitops.tools import ROOT

PAGE = (ROOT / "docs/gitops.md").read_text("utf-8")
WRITTEN = {
    path: text
    for place in map(Place, FORGES)
    for path, text in ci_files(
        place, ci_templates(place.forge), branch="main", state=place.state
    ).items()
}
SHIPPED = "\n".join([*WRITTEN.values(), (ROOT / "action.yml").read_text("utf-8")])


def blocks(language: str) -> list[str]:
    return re.findall(rf"^ *```{language}\n(.*?)^ *```", PAGE, re.MULTILINE | re.DOTALL)


def test_every_call_of_satops_in_it_is_one_that_the_command_line_takes() -> None:
    calls = [
        shlex.split(line.strip())
        for block in blocks("sh")
        for line in block.splitlines()
        if line.strip().startswith("satops ")
    ]
    calls += [shlex.split(call) for call in re.findall(r"`(satops [a-z][^`]*)`", PAGE)]
    assert len(calls) > 10
    for words in calls:
        command: click.Command = satops
        rest = words[1:]
        while rest and isinstance(command, click.Group):
            found = command.get_command(click.Context(command), rest[0])
            if found is None and rest[0] == "nightly":
                break  # a workflow's name
            assert found is not None, words
            command, rest = found, rest[1:]
        known = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in rest if word.startswith("--")} <= known, words


def test_the_inputs_of_the_action_are_all_there_and_no_others() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    section = PAGE.split("\n## The action\n")[1].split("\n## ")[0]
    assert re.findall(r"^\| `([a-z-]+)` \|", section, re.MULTILINE) == list(action["inputs"])


def test_what_it_names_in_a_forges_settings_is_what_the_workflows_use() -> None:
    for name in ("SATOPS_MARKETPLACE", "SATOPS_STATE", "SATOPS_TOKEN", "SATOPS_NOTE_TOKEN"):
        assert name in PAGE
        assert name in SHIPPED
    for name in ("environment: satops ", "environment: satops-nightly", "name: satops-plan",
                 "name: satops-spool", "name: satops nightly", "\n  plan:\n"):  # fmt: skip
        assert name in SHIPPED, name


def test_the_actions_in_it_have_the_digests_of_the_workflows() -> None:
    pinned = set(re.findall(r"actions/[\w-]+@[0-9a-f]{40}", PAGE))
    assert pinned
    assert pinned <= set(re.findall(r"actions/[\w-]+@[0-9a-f]{40}", SHIPPED))


def test_its_yaml_is_yaml() -> None:
    assert all(yaml.safe_load(block) for block in blocks("yaml"))
