"""Servers on loopback that do what real networks and real servers do wrong."""
