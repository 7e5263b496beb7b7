"""A forge on this disk: a bare repository with some code, and clones of it."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from satops.core.ledger.chain import Head, decode
from satops.ports import LedgerStore
from tests.chains import chain, placed, started

REF = "refs/heads/satops-state"
FIRST, HEAD = started()


def git(folder: Path, *arguments: str) -> str:
    """Return what git prints."""
    command = ["git", *arguments]
    ran = subprocess.run(command, cwd=folder, capture_output=True, check=True, text=True)
    return ran.stdout.strip()


@dataclass(frozen=True, slots=True)
class Forge:
    """A remote with some code on `main`, and clones of it."""

    folder: Path

    @property
    def remote(self) -> Path:
        return self.folder / "forge" / "code.git"

    def clone(self, name: str, *options: str, url: str = "") -> Path:
        source = url or f"file://{self.remote}"
        git(self.folder, "clone", "-q", *options, source, name)
        return self.folder / name

    def third_party(self, name: str = "third-party") -> Path:
        """Return a clone on the ledger's branch, as somebody who edits it by hand has one."""
        return self.clone(name, "--branch", "satops-state")

    def hook(self, script: str) -> Path:
        hook = self.remote / "hooks" / "pre-receive"
        hook.write_text(f"#!/bin/sh\n{script}\n")
        hook.chmod(0o755)
        return hook

    def lines(self) -> list[bytes]:
        """Return the ledger as the remote has it, read as the documentation says."""
        names = git(self.remote, "ls-tree", "--name-only", REF, "ledger/").split()
        command = ["git", "cat-file", "blob"]
        parts = [
            subprocess.run([*command, f"{REF}:{name}"], cwd=self.remote, capture_output=True).stdout
            for name in names
        ]
        return b"".join(parts).splitlines()


def append(store: LedgerStore, *names: str, head: Head = HEAD) -> Head:
    """Append the receipts of orders; return the head that they make."""
    lines, made = chain(*(placed(name) for name in names), head=head)
    store.append(lines, head.digest)
    return made


def head_of(store: LedgerStore) -> Head:
    """Return where the ledger ends, read through a store."""
    return [line.head for line in decode(store.read())][-1]
