"""The same book and runs as in tests/reading."""

from tests.reading.conftest import book, start

__all__ = ["book", "start"]
