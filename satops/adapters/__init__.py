"""The outside world behind the ports: files, stores, the marketplace's HTTP API, the clock."""
