"""The answer as JSON, `longread.answer/1`: keys are added, never renamed.

`answer.schema.json` beside this file is the contract; the tests hold both together.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from longread.errors import LongreadError
from longread.reading.step import Answer, Quote
from longread.version import __version__

if TYPE_CHECKING:
    from longread.runs.each import DocumentAnswers
    from longread.runs.questions import Asked

SCHEMA = "longread.answer/1"

# What JSON lets through raw but a terminal acts on (DEL, C1 controls, bidi overrides), or
# UTF-8 cannot carry (lone surrogates). Escaped, the value is the same.
_ESCAPED = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def answer_object(answer: Answer, name: str | None = None) -> dict[str, Any]:
    """The answer as the JSON object that `--json` prints; its keys in the contract's order.

    `name` is the id that a file of questions gave the question.
    """
    info, tokens = answer.info, answer.tokens
    return {
        "schema": SCHEMA,
        **({} if name is None else {"id": name}),
        "question": answer.question,
        "answer": answer.answer,
        "status": answer.status,
        "confidence": round(answer.confidence, 4),
        "citations": [_citation(quote) for quote in answer.citations],
        **({"remark": answer.remark} if answer.remark else {}),
        "memory": answer.memory,
        "documents": [
            {
                "path": document.path,
                "sha256": document.sha256,
                "pages": document.pages,
                "tokens": document.tokens,
                "warnings": list(document.warnings),
                "read": number in answer.documents_read,
                "looked_up": number in answer.documents_looked_up,
            }
            for number, document in enumerate(info.documents)
        ],
        **({"left_out": list(info.left_out)} if info.left_out else {}),
        "reading": {
            "strategy": info.strategy,
            "order": info.order,
            "gate": info.gate,
            **({"reader": info.reader} if info.reader else {}),
            "chunks": info.chunks,
            "chunks_read": answer.chunks_read,
            "coverage": round(answer.coverage, 4),
            "updates": answer.updates,
            "retrievals": answer.retrievals,
            "exit": {"step": answer.exit.step, "reason": answer.exit.reason},
        },
        "cost": {
            "tokens_prefilled": tokens.prefilled,
            "tokens_reused": tokens.reused,
            "tokens_generated": tokens.generated,
            "seconds": round(answer.seconds, 2),
            "seconds_saved_by_exit": round(answer.seconds_saved_by_exit, 2),
        },
        "model": {
            "name": info.model.name,
            "file": info.model.file,
            "device": info.model.device,
            "context": info.model.context,
        },
        "longread": __version__,
    }


def error_object(
    question: str, error: LongreadError, document: str, name: str | None = None
) -> dict[str, Any]:
    """The line of a question that a document of many could not be asked."""
    return {
        "schema": SCHEMA,
        **({} if name is None else {"id": name}),
        "question": question,
        "answer": None,
        "status": "error",
        "error": {
            "document": document,
            "exit_code": int(error.exit_code),
            "message": error.message,
            "hint": error.hint,
        },
        "confidence": 0.0,
        "citations": [],
        "memory": "",
        "documents": [],
        "longread": __version__,
    }


def document_objects(reply: DocumentAnswers, asked: Sequence[Asked]) -> list[dict[str, Any]]:
    """A line for each question of a document: its answer, or the document's error."""
    if reply.error is not None:
        return [error_object(each.text, reply.error, reply.path, each.id) for each in asked]
    return [
        answer_object(answer, each.id) for answer, each in zip(reply.answers, asked, strict=True)
    ]


def _citation(quote: Quote) -> dict[str, Any]:
    return {
        "document": quote.path,
        "page": quote.page,
        "label": quote.label,
        "section": quote.section,
        "line": quote.line,
        "place": quote.place,
        "quote": quote.text,
        "verified": quote.verified,
    }


def to_json(value: object, *, indent: int | None = None) -> str:
    """JSON in Unicode that is safe to print: control characters and the like are escaped.

    Raises ValueError for NaN and infinities, which JSON does not have.
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent)
    return _ESCAPED.sub(lambda match: f"\\u{ord(match.group()):04x}", text)
