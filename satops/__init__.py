"""Orders as code for satellite imagery."""

__version__ = "0.1.0"
