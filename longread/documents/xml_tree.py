"""XML with limits, by way of lxml: no entities, no network, and no deeper than books are.

lxml and not the standard library's ElementTree: its parser can be told not to expand entities,
which a hostile file multiplies ("billion laughs"), and to go on behind a fault.
"""

from __future__ import annotations

from typing import TypeAlias

from lxml import etree

from longread.documents.normalize import tidy, without_soft_hyphens

Element: TypeAlias = etree._Element
# Elements within elements; readers of the tree recurse.
_DEEPEST = 200


class BadXml(Exception):  # noqa: N818 (what was read, not what went wrong in here)
    """The bytes are no XML, or XML that only an attacker writes."""


def xml(data: bytes, encoding: str | None = None, *, recover: bool = False) -> Element:
    """The root element. Raises BadXml; with `recover` what stands behind a fault is read, too."""
    parser = etree.XMLParser(
        encoding=encoding,
        recover=recover,
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
        # A cover of 8 MB is one text of base64; without this the limit is 10 MB.
        huge_tree=True,
    )
    try:
        root: Element | None = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        raise BadXml(str(error)) from error
    if root is None:
        raise BadXml("no element")
    declared = root.getroottree().docinfo.internalDTD
    if declared is not None and declared.entities():  # type: ignore[attr-defined]
        raise BadXml("entity declarations are not read")
    depth = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > _DEEPEST:
            raise BadXml("elements within elements within elements")
    return root


def tag(element: Element) -> str:
    """The element's name without its namespace."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def child(element: Element, name: str) -> Element | None:
    return next((part for part in element if tag(part) == name), None)


def squeezed(element: Element | None) -> str:
    """The element's text on one line."""
    return "" if element is None else clean(text_of(element))


def text_of(element: Element) -> str:
    return "".join(map(str, element.itertext()))


def clean(text: str) -> str:
    return " ".join(tidy(without_soft_hyphens(text)).split())
