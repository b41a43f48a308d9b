# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Read a list that Graph returns in pages. Each page holds the link to the next page."""

from __future__ import annotations

import typing as t

from .errors import INTERCEPTED_HINT, ProtocolError, error_context

if t.TYPE_CHECKING:
    from .client import GraphClient, GraphRequest, GraphResponse

# A list has fewer pages than this. The limit ends a list whose pages never end.
MAX_PAGES: t.Final = 1000
# An endless list must not exhaust the memory of the host. Callers pass higher limits for longer lists.
MAX_BYTES: t.Final = 2 * 1024 * 1024
MAX_OBJECTS: t.Final = 5_000


def read_pages(
    client: GraphClient, request: GraphRequest, *, max_bytes: int = MAX_BYTES, max_objects: int = MAX_OBJECTS
) -> GraphResponse:
    """Read all pages of a list. The content of the response is the list of the parsed objects.

    :param max_bytes: the limit for the bodies of all pages together.
    :param max_objects: the limit for the objects of all pages together.
    :raises GraphError: a page could not be read, names a next page outside of the Graph root, or exceeds a limit.
    """
    objects: list[t.Any] = []
    url = client.url(request)
    seen: set[str] = set()
    size = 0

    def parse(body: t.Any) -> str | None:
        items, link = _page(body)
        if link is not None and not client.may_send_to(link):
            raise _not_a_page("names a next page at another address: no token goes there")
        if link in seen:
            raise _not_a_page("names a next page that leads in a circle")
        if link is not None and len(seen) >= MAX_PAGES:
            raise _not_a_page(f"names yet another page after {MAX_PAGES} of them")
        if len(objects) + len(items) > max_objects:
            raise _not_a_page(f"belongs to a list of more than {max_objects} members")
        objects.extend(request.parse(item) for item in items)
        return link

    def read(link: str) -> GraphResponse:
        nonlocal size
        seen.add(link)
        answer = client.send(request._replace(parse=parse), link, writes=0)
        size += answer.size
        if size > max_bytes:
            with error_context(request.action):
                raise _not_a_page(f"belongs to a list of more than {max_bytes} bytes")
        client.retry.reset_budget()
        return answer

    answer = read(url)
    while answer.content is not None:
        answer = read(answer.content)
    return answer._replace(content=objects, size=size)


def _page(body: t.Any) -> tuple[list[t.Any], str | None]:
    """Return the objects of a page, and the link to the next page. An empty link ends the list."""
    if not isinstance(body, dict) or not isinstance(body.get("value"), list):
        raise _not_a_page("is not a list")
    link = body.get("@odata.nextLink")
    return body["value"], None if isinstance(link, str) and not link.strip() else link


def _not_a_page(why: str) -> ProtocolError:
    return ProtocolError(
        f"the answer {why}",
        hint=INTERCEPTED_HINT,
    )
