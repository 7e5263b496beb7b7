"""What a pull request can commit to mislead git: a folder that looks like a repository."""

from pathlib import Path

from tests.adapters.git.forge import git

SECRET = "eyJhbGciOi.hostile-tests.never-shown"

RUNS_COMMANDS = {
    "a file monitor": "[core]\n\tfsmonitor = {run}\n",
    "an ssh program": (
        "[core]\n\tsshCommand = {run}\n"
        '[remote "origin"]\n\turl = ssh://forge.example/x.git\n'
        "\tfetch = +refs/heads/*:refs/remotes/origin/*\n"
    ),
    "a lazy fetch over ssh": (
        "[core]\n\tsshCommand = {run}\n\trepositoryformatversion = 1\n"
        "[extensions]\n\tpartialClone = origin\n"
        '[remote "origin"]\n\turl = ssh://forge.example/x.git\n'
        "\tpromisor = true\n\tpartialclonefilter = blob:none\n"
    ),
    "a program of the remote": (
        '[remote "origin"]\n\turl = .\n\tuploadpack = {run}\n\treceivepack = {run}\n'
    ),
    "a helper for credentials": (
        "[credential]\n\thelper = !{run}\n"
        '[remote "origin"]\n\turl = http://127.0.0.1:1/x.git\n'
    ),
    "a work tree elsewhere and a monitor": (
        "[core]\n\tbare = false\n\tworktree = /\n\tfsmonitor = {run}\n"
    ),
    "hooks of its own": "[core]\n\thooksPath = .\n",
}  # fmt: skip
"""Configurations of a repository that make git run a command: `{run}` stands for it."""


def program(folder: Path, name: str = "run") -> tuple[Path, Path]:
    """Return an executable file, and the file in which it leaves its environment when it runs."""
    ran = folder / f"{name}-was-here"
    made = folder / f"{name}.sh"
    made.write_text(f"#!/bin/sh\n/usr/bin/env >> {ran}\nexit 1\n")
    made.chmod(0o755)
    return made, ran


def looks_like_a_repository(folder: Path, config: str, run: Path) -> None:
    """Make a folder one that git takes for a bare repository, with a configuration of its own."""
    for name in ("objects", "refs/heads", "hooks"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "HEAD").write_text("ref: refs/heads/main\n")
    (folder / "refs" / "heads" / "main").write_text(f"{'1' * 40}\n")
    (folder / "config").write_text(
        "[core]\n\trepositoryformatversion = 0\n\tbare = true\n" + config.format(run=run)
    )
    for hook in ("pre-receive", "pre-push", "reference-transaction", "post-update", "fsmonitor"):
        for place in (folder / "hooks" / hook, folder / hook):
            place.write_text(f"#!/bin/sh\nexec {run}\n")
            place.chmod(0o755)


def bare_with_hooks(folder: Path, run: Path) -> None:
    """Make a whole bare repository with a branch, whose hooks run a command."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    git(folder.parent, "init", "-q", "--bare", str(folder))
    for hook in ("pre-receive", "update", "post-receive", "reference-transaction"):
        (folder / "hooks" / hook).write_text(f"#!/bin/sh\nexec {run}\n")
        (folder / "hooks" / hook).chmod(0o755)
