"""The names that a user may give: strategies, orders, gates, heads.

A file of its own that imports nothing: completion and `--help` must not wait for the rest
of the house.
"""

STRATEGIES = (
    "gated",
    "gru-mem",
    "infiniretri",
    "infmem",
    "lychee",
    "memagent",
    "pi-mem",
    "rag",
    "truncate",
)
ORDERS = ("document", "relevance")
GATES = ("auto", "reader", "likelihood", "choice")
HEADS = ("auto", "shallow", "last-layer")
