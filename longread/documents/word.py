"""DOCX by way of mammoth: its HTML goes to our HTML reader.

Insertions count, deletions do not. Before mammoth sees them, formulas and the numbers of
paragraphs become text, hidden text goes, and what mammoth does not know (boxes of newer programs,
fields, text that runs the other way, readings above the line) stands where it looks.
"""

from __future__ import annotations

import io
import re
from xml.parsers.expat import ExpatError

from lxml import etree

from longread.documents.archive import Archive, not_read
from longread.documents.compiler import Compiler
from longread.documents.markup import Heading, parse
from longread.documents.text import Read
from longread.documents.word_numbers import BULLET, Numbers, W
from longread.documents.xml_tree import Element, child, tag, text_of

_BODY = "word/document.xml"
_STYLE_SHEET = "word/styles.xml"
_STYLES = """
comment-reference => sup
p[style-name='Title'] => h1:fresh
p[style-name='Subtitle'] => p:fresh
"""
_BACK = re.compile(r' ?<a href="#(?:footnote|endnote|comment)-ref-[^"]*">↑</a>')
_NOTE = re.compile(r'<li id="(?:footnote|endnote)-[^"]*">(?:<p>)?\s*')
_COMMENT = re.compile(r'<dt id="comment-[^"]*">(.*?)</dt><dd>(?:<p>)?')
_MARGIN = re.compile(r"word/(?:header|footer)\d*\.xml")
# Elements whose text mammoth leaves out: fields such as a date, text from right to left, formulas.
_WRAPPERS = frozenset(("fldSimple", "dir", "bdo", "oMathPara"))
_NEW = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_SIGNS = {"sSup": "^", "sSub": "_", "f": "/"}


def read_word(data: bytes, name: str, _encoding: str | None = None) -> Read:
    """Headings, paragraphs, tables, notes, comments and text boxes of a Word file."""
    import mammoth

    archive = Archive(data, name)
    if _BODY in archive.names:
        data = archive.replaced(_BODY, _prepared(archive))
    try:
        made = mammoth.convert_to_html(
            io.BytesIO(data),
            style_map=_STYLES,
            convert_image=mammoth.images.img_element(lambda _image: {}),
        )
    except (ExpatError, LookupError, ValueError, AttributeError, TypeError) as error:
        raise archive.damaged() from error
    number = 0

    def numbered(_found: re.Match[str]) -> str:
        nonlocal number
        number += 1
        return f'<p id="note-{number}">[{number}] '

    source = _NOTE.sub(numbered, _BACK.sub("", made.value))
    markup = parse(_COMMENT.sub(r'<p id="a-comment">\1: ', source))
    for anchor, heading in (("note-1", "Notes"), ("a-comment", "Comments")):
        if anchor in markup.anchors:
            markup.headings.append(Heading(heading, 1, markup.anchors[anchor]))
    compiler = Compiler()
    compiler.add(markup)
    warnings = archive.unread()
    margins = [part for part in archive.names if _MARGIN.fullmatch(part)]
    if any(b"<w:t>" in archive.read(part) or b"<w:t " in archive.read(part) for part in margins):
        warnings.append("heads and feet of pages are not read")
    unknown = [each.message for each in made.messages if "was ignored: {" in each.message]
    if unknown:
        warnings.append(not_read("unknown element", len(unknown)))
    title = _title(archive) or (markup.headings[0].title if markup.headings else "")
    return compiler.read(title, tuple(compiler.sections), warnings)


def _title(archive: Archive) -> str:
    if "docProps/core.xml" not in archive.names:
        return ""
    found = (text_of(each) for each in archive.xml("docProps/core.xml") if tag(each) == "title")
    return " ".join(next(found, "").split())


def _prepared(archive: Archive) -> bytes:
    root = archive.xml(_BODY)
    for each in list(root.iter(f"{_NEW}AlternateContent")):
        _keep_one(each)
    for each in list(root.iter()):
        name = tag(each)
        if name == "oMath":
            _replace(each, _run(_formula(each)))
        elif name == "ruby":
            base = child(each, "rubyBase")
            _replace(each, _text("" if base is None else text_of(base)))
        elif name == "t" and _is_hidden(each.getparent()):
            each.text = ""
        elif name in _WRAPPERS:
            each.tag = f"{W}smartTag"
    if "word/numbering.xml" in archive.names:
        styles = archive.xml(_STYLE_SHEET) if _STYLE_SHEET in archive.names else None
        _number(root, Numbers(archive.xml("word/numbering.xml"), styles))
    return etree.tostring(root)


def _keep_one(alternatives: Element) -> None:
    """Of the same thing for newer and for older programs mammoth reads what is for older ones."""
    old = alternatives.find(f"{_NEW}Fallback")
    boxes = list(alternatives.iter(f"{W}txbxContent"))
    kept = old is not None and next(old.iter(f"{W}txbxContent"), None) is not None
    if boxes and not kept:
        alternatives[:] = []
        etree.SubElement(alternatives, f"{_NEW}Fallback").extend(boxes)
    for new in alternatives.findall(f"{_NEW}Choice"):
        alternatives.remove(new)


def _number(root: Element, numbers: Numbers) -> None:
    """Put the number of each paragraph before its text, where a list would have a bullet."""
    for each in root.iter(f"{W}p"):
        properties = each.find(f"{W}pPr")
        if properties is None or properties.find(f"{W}rPr/{W}del") is not None:
            continue
        number = numbers.next(each)
        parent = each.getparent()
        in_cell = parent is not None and tag(parent) == "tc"
        # A list stays one, but in a cell: its table would be taken for the grid of a page.
        if number == BULLET and not in_cell:
            continue
        if number and (in_cell or text_of(each).strip()):
            each.insert(each.index(properties) + 1, _run(f"{number} "))
            for own in properties.findall(f"{W}numPr"):
                properties.remove(own)
            none = etree.SubElement(properties, f"{W}numPr")
            for name in ("ilvl", "numId"):
                etree.SubElement(none, f"{W}{name}").set(f"{W}val", "0")


def _is_hidden(run: Element | None) -> bool:
    found = run.find(f"{W}rPr/{W}vanish") if run is not None else None
    return found is not None and found.get(f"{W}val", "1") not in ("0", "false", "off")


def _replace(element: Element, other: Element) -> None:
    parent = element.getparent()
    if parent is not None:
        other.tail = element.tail
        parent.replace(element, other)


def _run(words: str) -> Element:
    run = etree.Element(f"{W}r")
    run.append(_text(words))
    return run


def _text(words: str) -> Element:
    text = etree.Element(f"{W}t")
    text.text = words
    return text


def _formula(element: Element) -> str:
    """A formula on one line: "mc^2", "1/2"."""
    if tag(element) == "t":
        return element.text or ""
    parts = [_formula(part) for part in element if not tag(part).endswith("Pr")]
    return _SIGNS.get(tag(element), "").join(filter(None, parts))
