"""Batches: all questions of each of very many documents, on any number of processes and machines.

The unit of work is a document with all its questions, read for in one pass. What it answers
is one file, written under another name first and then renamed: where the file is, the unit is
done. So a batch may be killed, begun again, overlapped and divided anew at any time.
"""

from longread.runs.batch.folder import BatchFolder, Outcome
from longread.runs.batch.run import Batch, Status, status
from longread.runs.batch.units import Shard, Unit, read_units
from longread.runs.batch.work import Progress, Settings

__all__ = [
    "Batch",
    "BatchFolder",
    "Outcome",
    "Progress",
    "Settings",
    "Shard",
    "Status",
    "Unit",
    "read_units",
    "status",
]
