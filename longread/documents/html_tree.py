"""HTML parsing: a page's source as an HTML5 tree, walked without recursion.

Lexbor (by way of selectolax) builds the tree that browsers build. lxml's HTML parser is bounded
as well, but on a page that nests more than 2,048 elements (old pages that never close <font>)
it stops without a word, and the rest of the page is lost; lexbor keeps all of it. What costs
lexbor quadratic time is flattened before it parses: elements open beyond the depth at which
browsers flatten too, and tags with thousands of attributes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Generator

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError


def tags(names: str) -> frozenset[str]:
    """A set of names that are written one after the other."""
    return frozenset(names.split())


VOID = tags("area base br col embed hr img input link meta param source track wbr")
# Blink flattens what is nested deeper.
_DEEPEST = 512
# Left open, these are opened anew in every paragraph that follows.
_FORMATTING = tags("a b big code em font i nobr s small strike strong tt u")
_MOST_OPEN = 16
# These close by themselves where the next one begins.
_SELF_CLOSING = tags("p li td th tr dt dd option html head body thead tbody tfoot")
_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)")
_ENDLESS_TAG = re.compile(r"(<[a-zA-Z][^\s/<>]*)\s[^<>]{30000,}>")
# The name ends at a blank or slash, and no alternative begins like another: nothing to try twice.
# (Python 3.11.2 does not match possessive groups of alternatives.)
_EMPTY = re.compile(
    r"<([a-zA-Z][\w:.-]*)(?=[\s/])((?:[^<>\"'/]|/(?!>)|\"[^\"<]*\"|'[^'<]*')*)/>",
)
_XHTML = re.compile(r"\s*(?:<\?xml|<html[^>]+xmlns)", re.IGNORECASE)

UNSEEN = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse))(?![\w-])", re.I)
# Style sheets are looked at so far; selectors cost a walk of the page each.
_LONGEST_SHEET, _MOST_RULES = 200_000, 200
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")


def tree(source: str) -> LexborHTMLParser:
    """The tree of a page; whatever the source is, there is one."""
    if _XHTML.match(source):
        source = _as_html(source)
    return LexborHTMLParser(_flattened(source).encode("utf-8", "replace").decode("utf-8"))


def events(root: LexborNode) -> Generator[tuple[str, LexborNode], bool | None, None]:
    """("start" | "text" | "end", node) in document order. Send True back to skip a subtree."""
    node = root
    while True:
        tag = node.tag or "-"
        if tag == "-text":
            yield "text", node
        elif not tag.startswith(("-", "!")):
            skip = yield "start", node
            if not skip and node.child is not None:
                node = node.child
                continue
            if not skip:
                yield "end", node
        while node.next is None or node.mem_id == root.mem_id:
            if node.mem_id == root.mem_id or node.parent is None:
                return
            node = node.parent
            yield "end", node
        node = node.next


def _as_html(source: str) -> str:
    """XHTML: an empty element, or a CDATA section, would swallow the rest of an HTML page."""
    first, *sections = source.split("<![CDATA[")
    parts = [first]
    for section in sections:
        text, end, rest = section.partition("]]>")
        parts.append(text.replace("<", "&lt;") + rest if end else f"<![CDATA[{section}")
    source = "".join(parts)
    return _EMPTY.sub(
        lambda found: (
            found[0] if found[1].lower() in VOID else f"<{found[1]}{found[2]}></{found[1]}>"
        ),
        source,
    )


def _flattened(source: str) -> str:
    source = _ENDLESS_TAG.sub(r"\1>", source)
    opened: Counter[str] = Counter()
    depth = 0

    def flat(found: re.Match[str]) -> str:
        nonlocal depth
        name = found[2].lower()
        if name in VOID or name in _SELF_CLOSING:
            return found[0]
        if found[1]:
            if opened[name]:
                opened[name] -= 1
                depth -= 1
            return found[0]
        if name in _FORMATTING and opened[name] >= _MOST_OPEN:
            return "<wbr"
        if depth >= _DEEPEST:
            return "<wbr" if name == "span" else "<hr"
        opened[name] += 1
        depth += 1
        return found[0]

    return _TAG.sub(flat, source)


def unseen_by_style(page: LexborHTMLParser) -> frozenset[int]:
    """The elements that the page's own style sheet does not show."""
    found: set[int] = set()
    for sheet in page.css("style"):
        rules = _top_rules(sheet.text()[:_LONGEST_SHEET])
        unseen = [rule[0] for rule in _RULE.findall(rules) if UNSEEN.search(rule[1])]
        for selector in unseen[:_MOST_RULES]:
            if ":" not in selector:
                try:
                    found.update(node.mem_id for node in page.css(selector.strip()))
                except (SelectolaxError, ValueError):
                    continue
    return frozenset(found)


def _top_rules(sheet: str) -> str:
    """The rules that hold on every screen: none inside @media, whose braces hold others."""
    first, *rest = sheet.split("/*")
    bare = first + " ".join(part.partition("*/")[2] for part in rest)
    kept: list[str] = []
    for block in bare.split("}"):
        depth = block.count("{")
        if kept and kept[-1] == "@":
            # Within an at-rule: its last block is one without an opening brace.
            if depth == 0:
                kept[-1] = ""
        elif depth == 1 and not block.lstrip().startswith("@"):
            kept.append(f"{block}}}")
        elif depth > 1:
            kept.append("@")
    return "".join(part for part in kept if part != "@")
