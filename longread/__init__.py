"""longread: ask a question of a document too long for any model, offline.

For notebooks and programs: `longread.ask("book.pdf", "Who signed it?")` gives an `Answer`. What
there is beside it stands in `longread.api`; nothing of it is imported before it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from longread.version import __version__

if TYPE_CHECKING:
    from longread.api import *
    from longread.api.asynchronous import *

__all__ = [
    "__version__",
    "aask",
    "aask_all",
    "aask_each",
    "aask_fields",
    "abatch",
    "ainspect",
    "apassages",
    "aread",
    "asearch",
    "ask",
    "ask_all",
    "ask_each",
    "ask_fields",
    "batch",
    "batch_records",
    "batch_status",
    "inspect",
    "passages",
    "read",
    "record",
    "search",
]

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        if name not in __all__:
            raise AttributeError(f"module 'longread' has no attribute {name!r}")
        from longread import api
        from longread.api import asynchronous

        return getattr(api, name, None) or getattr(asynchronous, name)

    def __dir__() -> list[str]:
        return sorted([*globals(), *__all__])
