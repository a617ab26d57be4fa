"""Round-robin scheduling: one pass over the documents serves all questions.

Every reader is a loop of its own and knows nothing of the others; they take turns, a step
each, so that they go through the documents chunk by chunk together. What they ask of a
passage they ask at once (`QuestionBatch`), which is where the prefill is saved.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from longread.reading.judges.batch import QuestionBatch
from longread.reading.loop import Reader
from longread.reading.step import Step


def together(readers: Sequence[Reader]) -> None:
    """Make the readers members of one batch. `max_seconds` is then a limit of the pass."""
    if len(readers) < 2:
        return
    batch = QuestionBatch(readers[0].judges.gate.engine, readers[0].state.known)
    for reader in readers:
        reader.join(batch)
        reader.elapsed = lambda: sum(each.seconds for each in readers)


def take_turns(
    readers: Sequence[Reader], steps: Sequence[Iterator[Step]]
) -> Iterator[tuple[int, Step | None]]:
    """A step of each reader in turn, until all have ended: (number of the reader, its step).

    None stands for the end of a reader. `steps` are the readers' steps, wherever they pass
    through. An interrupt of one stops all.
    """
    still_open = list(range(len(readers)))
    while still_open:
        for number in list(still_open):
            step = next(steps[number], None)
            if step is None:
                still_open.remove(number)
                readers[number].leave()
            if readers[number].exit.reason == "interrupted":
                for other in still_open:
                    readers[other].interrupt()
                return
            yield number, step
