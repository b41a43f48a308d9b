# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Extract one short line of text from the web page of a gateway, proxy or portal."""

from __future__ import annotations

import html
import re
import typing as t

from ..masking import clip

if t.TYPE_CHECKING:
    from collections.abc import Iterator

# Only the beginning of a page is parsed: the title and the first sentences are there.
_MAX_PAGE: t.Final = 16 * 1024
_MAX_TEXT: t.Final = 200
_MARKS: t.Final = ("<!doctype html", "<html", "<head", "<body", "<title")
_TAG = re.compile(r"<(!--|[!?]|/?[a-z][a-z0-9]*)", re.IGNORECASE)
_TAG_END = re.compile(">")
# Elements whose content is not text, and comments, have an end of another form.
_ENDS: t.Final = {
    "!--": re.compile("-->"),
    "script": re.compile("</script[^>]*>", re.IGNORECASE),
    "style": re.compile("</style[^>]*>", re.IGNORECASE),
}


def is_page(text: str) -> bool:
    """Return whether a text is an HTML page."""
    start = text[:_MAX_PAGE].lower()
    return any(mark in start for mark in _MARKS)


def page_text(page: str, *, untitled: bool = True) -> str:
    """Return the title and the text of an HTML page on one short line, without scripts and styles.

    :param untitled: whether a page without a title is shown, too. The error pages of gateways and proxies have one.
    """
    title: list[str] = []
    text: list[str] = []
    # Mask before cutting. A part of a secret could not be recognized later.
    for tag, shown in _parts(clip(page, _MAX_PAGE)):
        (title if tag == "title" else text).append(shown)
    heading, body = (" ".join(_unescaped(" ".join(parts)).split()) for parts in (title, text))
    if not (heading or untitled):
        return ""
    if body.startswith(heading):
        # Most error pages repeat the title in their first heading.
        return clip(body, _MAX_TEXT)
    return clip(f"{heading}: {body}" if body else heading, _MAX_TEXT)


def _unescaped(text: str) -> str:
    try:
        return html.unescape(text)
    except ValueError:
        # A character reference of more than 4,300 digits, which Python refuses to convert.
        return text


def _parts(page: str) -> Iterator[tuple[str, str]]:
    """Yield the name of each tag with the text that follows it, in one pass.

    The parser of the standard library takes quadratic time for some pages and raises AssertionError for others.
    """
    tag, position = "", 0
    while True:
        start = page.find("<", position)
        yield tag, page[position : start if start >= 0 else None]
        if start < 0:
            return
        match = _TAG.match(page, start)
        if match is None:
            # A sign in the text, such as "a < b".
            position = start + 1
            continue
        tag = match.group(1).lower()
        end = _ENDS.get(tag, _TAG_END).search(page, match.end())
        if end is None:
            return
        position = end.end()
