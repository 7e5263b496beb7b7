"""Tests of the adapters: real files, real sockets on loopback."""
