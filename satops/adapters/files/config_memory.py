"""The configuration that was read last, for plans: see `adapters.sealed`.

A plan reads `satops.yaml` on every push, and it hardly ever changes; reading it costs the import of
YAML and of its schema.  `apply` reads the file itself.
"""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from satops.adapters.files.config_file import parse_config, read_config
from satops.adapters.files.plan_memory import rules_digest
from satops.adapters.files.sealed import machine_key, read_sealed, write_sealed
from satops.core import json_text
from satops.core.config_row import config_of, row_of
from satops.core.plan.config import Config


def remembered_config(root: Path, path: Path, environ: Mapping[str, str]) -> Config:
    """Return what `config_file.load_config` would; `path` is where it is kept.

    Raises `UsageError`.
    """
    content = read_config(root)
    key = machine_key(environ)
    if key is None:
        return parse_config(content)
    rules = rules_digest(sha256(content).hexdigest(), environ).encode()
    known = read_sealed(str(path), key)
    if known is not None and known.startswith(rules):
        return config_of(json_text.loads(known[len(rules) :]))
    config = parse_config(content)
    write_sealed(str(path), key, (rules, json_text.dumps(row_of(config))))
    return config
