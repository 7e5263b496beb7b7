"""The adapters, which implement the ports: files, stores, the marketplace's HTTP API, the clock."""
