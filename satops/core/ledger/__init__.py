"""The append-only record: events, chain, fold, audit."""
