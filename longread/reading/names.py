"""The names that a user may give: strategies, orders, gates, heads.

A file of its own that imports nothing: completion and `--help` must not wait for the rest
of the package.
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
ORDERS = ("auto", "document", "ranked", "relevance")
GATES = ("auto", "reader", "likelihood", "choice")
HEADS = ("auto", "shallow", "last-layer")

# Where an installed package says which strategies it adds.
ENTRY_POINTS = "longread.strategies"


def strategies() -> tuple[str, ...]:
    """All strategies: longread's own first, then those of other packages."""
    from importlib.metadata import entry_points

    added = {each.name for each in entry_points(group=ENTRY_POINTS)}
    return (*STRATEGIES, *sorted(added - set(STRATEGIES)))
