"""Answers that are calculated: "14,706 - 12,767 = 1,939", of figures that stand in the document.

A model asked by how much something grew writes the difference down. Its operands must stand in the
sources like any figure of an answer; the result is calculated here, since a small model miscounts
(PAL, arXiv 2211.10435: the model writes the program, an interpreter runs it).
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, DecimalException
from itertools import permutations

from longread.retrieval import terms

_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_OPERAND = rf"\(*\s?[$£€¥]?\s?(?:{_NUMBER})(?:\s?%|\s?[a-z]{{2,}})?\s?\)*"
# Only what is said to equal something: "2014 - 2015" is a span of years.
_EQUATION = re.compile(
    rf"(?P<expression>{_OPERAND}(?:\s?[-+*/×÷−–x]\s?{_OPERAND})+)\s?[=≈]\s?(?P<result>[^=≈]*\d[^=≈]*)$"
)
_SCALE = re.compile(r"thousand|million|billion|trillion|bn|mn")
_SIGNS = {"×": "*", "x": "*", "÷": "/", "−": "-", "–": "-"}
_OPERATORS: dict[type[ast.operator], Callable[[Decimal, Decimal], Decimal]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
# A share is multiplied by it to give per cent.
_HUNDRED = "100"
# A result of the model that is off by more was meant in another unit: nothing is calculated.
_OFF = 10
# A figure alone, and how many digits one has that two others do not give by chance.
_BARE = re.compile(rf"[$£€¥]?\s?({_NUMBER})(?:\s?%|\s[a-z]+)?\.?")
_TELLING = 3
# A figure with its currency, and what it is counted in.
_FIGURE = re.compile(
    rf"(?P<before>[$£€¥])?\s?(?P<number>{_NUMBER})"
    r"(?P<after>\s?%|\s(?:thousand|million|billion|trillion|bn|mn)\b)?"
)
_LETTER = re.compile(r"[A-F]")
_TIMES_HUNDRED = re.compile(r"\b100 ?[*×] ?| ?[*×] ?100\b")
# Decimals of a quotient that the model gives none of.
_DECIMALS = 2


def calculated(text: str, sources: Sequence[str]) -> str | None:
    """The result of an equation at the end of `text`, calculated anew, with its expression:
    "1,939 (14,706 - 12,767)". None where there is none, or a figure stands in no source."""
    equation = _EQUATION.search(" ".join(text.split()))
    if equation is None:
        return None
    expression = equation["expression"].strip()
    if set(operands(expression)) - {term for source in sources for term in terms(source)}:
        return None
    said = re.search(_NUMBER, equation["result"])
    assert said is not None, "a result has a digit"
    value = _value(expression) if _one_scale(expression) else None
    if value is None:
        return None
    share = "/" in expression or "÷" in expression
    if equation["result"][said.end() :].lstrip().startswith("%") and share:
        value = value if _HUNDRED in terms(expression) else value * 100
    known = _decimal(said[0])
    if not known or not value or not 1 / _OFF < abs(value / known) < _OFF:
        return None
    result = equation["result"].rstrip(" .")
    figure = _written(abs(value), said[0])
    before = result[: said.start()].rstrip("-−– ")
    sign = "-" if value < 0 else ""
    return f"{sign}{before}{figure}{result[said.end() :]} ({expression})"


def reckoned(text: str, units: Sequence[str]) -> str | None:
    """A figure that stands nowhere, as the sum or the difference of two of one sentence or row of
    `units`: "5,542 (17,532 - 11,990)". None where no two give it.

    Of a dozen figures in a row some two may give any small number by chance, but hardly one of
    three digits.
    """
    bare = _BARE.fullmatch(text.strip())
    if bare is None or sum(map(str.isdigit, bare[1])) < _TELLING:
        return None
    wanted = _decimal(bare[1])
    for unit in units:
        figures = list(dict.fromkeys(re.findall(_NUMBER, unit)))
        for one, other in permutations(figures, 2):
            if _decimal(one) - _decimal(other) == wanted:
                return f"{text.strip()} ({one} - {other})"
            if _decimal(one) + _decimal(other) == wanted:
                return f"{text.strip()} ({one} + {other})"
    return None


def worked_out(formula: str, answers: Mapping[str, str]) -> str | None:
    """The result of a `formula` of letters, each of them an answer that is a figure: "12.5%
    ((90 - 80) / 80)" of "100 * (B - A) / A". None where an answer is no figure, the figures are in
    different scales, or their units differ where they are added.

    A quotient that is multiplied by a hundred is a percentage. A sum or difference keeps the
    figures' unit.
    """
    figures = {letter: _FIGURE.search(answer) for letter, answer in answers.items()}
    if not all(figures.values()):
        return None
    told = {letter: found for letter, found in figures.items() if found is not None}
    if len({_scale_of(found) for found in told.values()}) > 1:
        return None
    expression = _LETTER.sub(lambda found: told[found[0]]["number"], formula)
    value = _value(expression)
    if value is None:
        return None
    quotient = "/" in formula
    percent = quotient and _HUNDRED in terms(formula)
    first = next(iter(told.values()))
    like = f".{'0' * (1 if percent else _DECIMALS)}" if quotient else first["number"]
    sign = "-" if value < 0 else ""
    amount = _written(abs(value), like)
    if percent:
        amount += "%"
    elif not quotient:
        amount = f"{first['before'] or ''}{amount}{first['after'] or ''}"
    shown = _TIMES_HUNDRED.sub("", expression).strip() if percent else expression
    return f"{sign}{amount} ({shown})"


def _scale_of(figure: re.Match[str]) -> str:
    """The power of a thousand that a figure is said in, if any."""
    scale = _SCALE.search(figure["after"] or "")
    return scale[0] if scale else ""


def operands(expression: str) -> list[str]:
    """The numbers of an expression, as terms; the hundred of "per cent" left out."""
    return [term for term in terms(expression) if term[0].isdigit() and term != _HUNDRED]


def _one_scale(expression: str) -> bool:
    """Whether all figures are in thousands, in millions and so on, or none is said to be."""
    scales = _SCALE.findall(expression)
    return not scales or (len(set(scales)) == 1 and len(scales) == len(operands(expression)))


def _value(expression: str) -> Decimal | None:
    """What an expression of figures comes to, units left out; None for one that makes no sense."""
    bare = re.sub(r"[$£€¥%,]|[a-wyz]+|x(?=[a-z])", "", expression)
    for sign, plain in _SIGNS.items():
        bare = bare.replace(sign, plain)
    try:
        return _evaluated(ast.parse(bare.strip(), mode="eval").body)
    except (SyntaxError, DecimalException, TypeError):
        return None


def _evaluated(node: ast.expr) -> Decimal:
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        return _OPERATORS[type(node.op)](_evaluated(node.left), _evaluated(node.right))
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return Decimal(str(node.value))
    raise TypeError(f"no arithmetic: {ast.dump(node)}")


def _decimal(figure: str) -> Decimal:
    return Decimal(figure.replace(",", ""))


def _written(value: Decimal, like: str) -> str:
    """A number with as many decimals as `like` has, and thousands grouped as there."""
    decimals = len(like.partition(".")[2])
    whole = value == value.to_integral_value()
    places = decimals if decimals or whole else _DECIMALS
    grouped = "," in like or value >= 10_000
    return f"{value:,.{places}f}" if grouped else f"{value:.{places}f}"
