"""That a ledger or a repository was begun, for people."""

from collections.abc import Iterable, Iterator

from satops.core.safe import safe
from satops.report.layout import BLANK, Block, Line, Tone, command


def started_blocks(address: str) -> Iterator[Block]:
    """Yield where the new ledger is."""
    yield Line(f"An empty ledger begins at {safe(address)}.", Tone.GOOD)
    yield Line(
        "Commit it, or keep it where every run finds it: it is the record of what is bought."
    )


def init_blocks(root: str, written: Iterable[str], address: str, back: str) -> Iterator[Block]:
    """Yield what `init` wrote, and what comes next; `back` is the command that goes there."""
    yield Line(f"A satops repository is ready in {safe(root)}:", Tone.GOOD)
    for path in written:
        yield Line(safe(path), indent=4)
    yield Line(f"The ledger is at {safe(address)}.")
    yield Line("It orders from the sandbox: nothing real is bought until satops.yaml says so.")
    yield BLANK
    yield Line("To see what would be bought:")
    yield command(f"{back}satops plan")


def ci_blocks(root: str, written: Iterable[str], back: str) -> Iterator[Block]:
    """Yield what `init --ci` wrote, and how the ledger begins; `back` goes to the folder."""
    yield Line(f"Written in {safe(root)}:", Tone.GOOD)
    for path in written:
        yield Line(safe(path), indent=4)
    yield Line("In CI the ledger is a branch of its own: satops.yaml must say")
    yield command("state: git:satops-state")
    yield BLANK
    yield Line("Commit these files and push them to the forge. Then begin the ledger there, once:")
    yield command(f"{back}satops ledger start")
    yield Line("docs/gitops.md tells how to set up the token, the environment and the owners.")


def new_blocks(path: str) -> Iterator[Block]:
    """Yield which spec was written, and the command that shows what it would buy."""
    yield Line(f"Wrote {safe(path)}.", Tone.GOOD)
    yield BLANK
    yield Line("To see what it would buy:")
    yield command("satops plan")
