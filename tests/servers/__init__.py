"""Real servers for tests: each started once per test session, on loopback, when first asked for."""
