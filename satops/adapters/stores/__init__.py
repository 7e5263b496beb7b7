"""The stores of ledgers: one module for each kind, one contract test suite for all."""
