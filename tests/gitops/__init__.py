"""The CI workflows that satops ships, rehearsed on this machine with real runners and real git."""
