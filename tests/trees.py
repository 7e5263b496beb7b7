"""Trees of order specs, read as the commands read them."""

from itertools import chain

from satops.adapters.files.schemas import order_schema
from satops.core.plan.config import Config
from satops.ports import OrderFiles
from satops.workflow.read_files import ChunkCheck, FileReader
from satops.workflow.validate import KnownSpecs, SpecMemory, Tree, read_tree


def tree_of(
    files: OrderFiles,
    config: Config | None = None,
    *,
    check: ChunkCheck | None = None,
    known: KnownSpecs | None = None,
    memory: SpecMemory | None = None,
) -> Tree:
    """Read a tree with one reader."""
    reader = FileReader(files, config or Config(), order_schema(), check=check)
    return read_tree(
        files,
        lambda batches: chain.from_iterable(map(reader.read, batches)),
        known=known,
        memory=memory,
    )
