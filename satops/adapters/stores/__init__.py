"""Where a ledger can live.  One module per kind of store, all held to one contract suite."""
