"""DOCX by way of mammoth: its HTML goes to our HTML reader.

Insertions count, deletions do not. Before mammoth sees them, formulas become text, and text boxes
that only newer programs read stand where mammoth looks for them.
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
from longread.documents.xml_tree import Element, tag, text_of

_BODY = "word/document.xml"
_STYLES = """
comment-reference => sup
p[style-name='Title'] => h1:fresh
p[style-name='Subtitle'] => p:fresh
"""
_BACK = re.compile(r' ?<a href="#(?:footnote|endnote|comment)-ref-[^"]*">↑</a>')
_NOTE = re.compile(r'<li id="(?:footnote|endnote)-[^"]*">(?:<p>)?\s*')
_COMMENT = re.compile(r'<dt id="comment-[^"]*">(.*?)</dt><dd>(?:<p>)?')
_MARGIN = re.compile(r"word/(?:header|footer)\d*\.xml")
_FORMULA = re.compile(rb"<\w+:oMath\b")
_BOX = b"txbxContent"
_NEW = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_SIGNS = {"sSup": "^", "sSub": "_", "f": "/"}


def read_word(data: bytes, name: str, _encoding: str | None = None) -> Read:
    """Headings, paragraphs, tables, notes, comments and text boxes of a Word file."""
    import mammoth

    archive = Archive(data, name)
    body = archive.read(_BODY) if _BODY in archive.names else b""
    if _FORMULA.search(body) or _BOX in body:
        data = archive.replaced(_BODY, _prepared(archive.xml(_BODY)))
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


def _prepared(root: Element) -> bytes:
    for each in list(root.iter(f"{_NEW}AlternateContent")):
        old = each.find(f"{_NEW}Fallback")
        boxes = list(each.iter(f"{_W}txbxContent"))
        kept = old is not None and next(old.iter(f"{_W}txbxContent"), None) is not None
        if boxes and not kept:
            for part in list(each):
                each.remove(part)
            etree.SubElement(each, f"{_NEW}Fallback").extend(boxes)
    for each in list(root.iter()):
        if tag(each) == "oMath":
            run = etree.Element(f"{_W}r")
            etree.SubElement(run, f"{_W}t").text = _formula(each)
            run.tail = each.tail
            parent = each.getparent()
            if parent is not None:
                parent.replace(each, run)
    for each in list(root.iter()):
        if tag(each) == "oMathPara":
            each.tag = f"{_W}smartTag"
    return etree.tostring(root)


def _formula(element: Element) -> str:
    """A formula on one line: "mc^2", "1/2"."""
    if tag(element) == "t":
        return element.text or ""
    parts = [_formula(part) for part in element if not tag(part).endswith("Pr")]
    return _SIGNS.get(tag(element), "").join(filter(None, parts))
