"""Prefix cache: the KV states of passages that a model has read, kept on disk as blocks.

Contract: a block is the state (KV cache) of one passage after the fixed beginning of its
prompt, independent of any question. `PrefixCache` is an engine's keeper: it finds the block of
a prefix or takes one in. A block is trusted only if its header names the same model file,
document, tokens, compression and library, and its bytes have the same checksum; otherwise
the passage is read anew. Faults of the disk cost time, never an answer, and are said in
one line. Blocks live under a size budget, least recently used out first.
"""

from longread.prefix_cache.cache import Forecast, PrefixCache
from longread.prefix_cache.store import BlockStore, Holdings, folder, limit, set_limit

__all__ = ["BlockStore", "Forecast", "Holdings", "PrefixCache", "folder", "limit", "set_limit"]
