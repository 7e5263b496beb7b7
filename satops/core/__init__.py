"""The rules of satops as pure functions and values: no files, no network, no clock."""
