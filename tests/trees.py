"""Trees of order specs, read as the commands read them."""

from satops.adapters.clock import PinnedZones
from satops.adapters.files.schemas import order_schema
from satops.core.ledger.kept import KeptSpecs
from satops.core.plan.config import Config
from satops.offers.eo_imagery import EO_IMAGERY
from satops.ports import OrderFiles
from satops.workflow.read_files import ChunkCheck, FileReader
from satops.workflow.validate import Tree, read_tree


def tree_of(
    files: OrderFiles,
    config: Config | None = None,
    *,
    check: ChunkCheck | None = None,
    kept: KeptSpecs | None = None,
) -> Tree:
    """Read a tree."""
    reader = FileReader(
        files, config or Config(), order_schema(EO_IMAGERY), check=check, zones=PinnedZones()
    )
    return read_tree(files, reader, kept)
