"""longread: ask a question of a document too long for any model, offline."""

__version__ = "0.1.0"
