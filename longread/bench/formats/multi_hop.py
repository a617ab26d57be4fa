"""HotpotQA, 2WikiMultihopQA and MuSiQue: one document a question, its passages shuffled.

Every question has a shuffle of its own: in some files the gold passages come first.
"""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

from longread.bench.formats import Converted, Wanted
from longread.bench.formats.files import file_name, unlike
from longread.bench.passages import Row, read_rows
from longread.bench.records import DOCUMENTS, Evidence, Question

# A reader heads every chunk with the document's title: it must not be a passage's.
_TITLE = "# Articles"


def read(file: Path, wanted: Wanted) -> Converted:
    """See `longread.bench.formats.convert`."""
    taken: Counter[str] = Counter()
    names: Counter[str] = Counter()
    texts, questions = {}, []
    for row in read_rows(file):
        name = f"{DOCUMENTS}/{file_name(row.id, names)}.md"
        texts[name] = _text(row, wanted.seed)
        questions.append(
            Question(
                id=unlike(row.id, taken),
                documents=(name,),
                question=row.question,
                answers=row.answers,
                evidence=tuple(Evidence(name, text=passage.text) for passage in row.gold),
                tags={"data": wanted.source, "hops": row.hops},
            )
        )
    return Converted(questions, texts)


def _text(row: Row, seed: int) -> str:
    passages = [*row.gold, *row.others]
    random.Random(f"{seed}|{row.id}").shuffle(passages)
    parts = [_TITLE, *(f"## {passage.title}\n\n{passage.text}" for passage in passages)]
    return "\n\n".join(parts) + "\n"
