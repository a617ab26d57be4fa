"""The version, apart from the package root, so that every house may import it."""

__version__ = "0.1.0"
