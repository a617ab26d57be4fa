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

from longread.reading.parts.figures import without_years
from longread.retrieval import terms
from longread.retrieval.numbers import Figure, figures

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
_LETTER = re.compile(r"[A-F]")
_TIMES_HUNDRED = re.compile(r"\b100 ?[*×] ?| ?[*×] ?100\b")
# Decimals of a quotient that the model gives none of.
_DECIMALS = 2
# From here on thousands are grouped, whatever the operands have.
_GROUPED = 10_000
_NO_NAMES: Mapping[str, Decimal] = {}


def calculated(text: str, sources: Sequence[str]) -> str | None:
    """The result of an equation at the end of `text`, calculated anew, with its expression:
    "1,939 (14,706 - 12,767)". None where there is none, or a figure stands in no source."""
    equation = _EQUATION.search(without_years(" ".join(text.split())))
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


def worked_out(formula: str, answers: Mapping[str, str], asked: str = "") -> str | None:
    """The result of a `formula` of letters, each of them an answer that is a figure: "12.5%
    ((90 - 80) / 80)" of "100 * (B - A) / A". None where an answer has no figure but those that were
    `asked`, such as the year, the figures are in different scales, or one of them changes nothing.

    A quotient that is multiplied by a hundred is a percentage. A sum or difference keeps the
    figures' currency and scale.
    """
    known = {figure.value for figure in figures(asked)}
    found = {
        letter: next((each for each in figures(answer) if each.value not in known), None)
        for letter, answer in answers.items()
    }
    told = {letter: figure for letter, figure in found.items() if figure is not None}
    if len(told) < len(found) or len({figure.factor for figure in told.values()}) > 1:
        return None
    names = {letter: figure.value for letter, figure in told.items()}
    try:
        body = ast.parse(formula.strip(), mode="eval").body
        value = _evaluated(body, names)
        if not all(_matters(letter, body, names) for letter in names):
            return None
    except (SyntaxError, DecimalException, TypeError):
        return None
    quotient = "/" in formula
    percent = quotient and _HUNDRED in terms(formula)
    shown = _LETTER.sub(lambda letter: _printed(told[letter[0]]), formula)
    shown = _TIMES_HUNDRED.sub("", shown).strip() if percent else shown
    return f"{_amount(value, next(iter(told.values())), quotient, percent)} ({shown})"


def _matters(letter: str, formula: ast.expr, names: Mapping[str, Decimal]) -> bool:
    """Whether a formula's value depends on one of its letters: A changes nothing in "A * B / A"."""
    some = {name: Decimal(place**3 + 1) for place, name in enumerate(names, start=2)}
    more = {**some, letter: 2 * some[letter]}
    return _evaluated(formula, some) != _evaluated(formula, more)


def _printed(figure: Figure) -> str:
    return f"-{figure.digits}" if figure.value < 0 else figure.digits


def _amount(value: Decimal, like: Figure, quotient: bool, percent: bool) -> str:
    """A result with its sign, and the unit of the figures that it is of."""
    sign = "-" if value < 0 else ""
    if quotient:
        decimals = 1 if percent else _DECIMALS
        return f"{sign}{abs(value):,.{decimals}f}{'%' if percent else ''}"
    unit = "%" if like.percent else f" {like.scale}" if like.scale else ""
    grouped = "," if "," in like.digits or abs(value) >= _GROUPED else ""
    return f"{sign}{like.currency}{abs(value):{grouped}f}{unit}"


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


def _evaluated(node: ast.expr, names: Mapping[str, Decimal] = _NO_NAMES) -> Decimal:
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        left, right = (_evaluated(each, names) for each in (node.left, node.right))
        return _OPERATORS[type(node.op)](left, right)
    if isinstance(node, ast.Name) and node.id in names:
        return names[node.id]
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
    grouped = "," in like or value >= _GROUPED
    return f"{value:,.{places}f}" if grouped else f"{value:.{places}f}"
