"""The rules of satops as pure functions and values, without files, network or clock."""
