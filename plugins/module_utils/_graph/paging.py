# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Reads a collection that comes in pages: each names the next one, to be followed as it is.

https://learn.microsoft.com/graph/paging
"""

from __future__ import annotations

import typing as t

from .errors import STRANGER_ADVICE, ProtocolError, naming

if t.TYPE_CHECKING:
    from .client import Answer, Call, GraphClient

# Of connectors, a tenant has some; of anything else in Intune, fewer than so many pages.
MOST_PAGES: t.Final = 1000
# A list without an end must not take the memory of the host. A list that can be longer is given limits of its own.
MOST_BYTES: t.Final = 2 * 1024 * 1024
MOST_MEMBERS: t.Final = 5_000


def read_pages(
    client: GraphClient, call: Call, *, most_bytes: int = MOST_BYTES, most_members: int = MOST_MEMBERS
) -> Answer:
    """Read all pages; the content is the list of what ``call.parse`` made of each member.

    :param most_bytes: the limit for the bodies of all pages together.
    :param most_members: the limit for the members of all pages together.
    :raises GraphError: a page could not be read, names a next page outside of the Graph root, or exceeds a limit.
    """
    members: list[t.Any] = []
    url = client.url(call.path)
    seen: set[str] = set()
    size = 0

    def parse(body: t.Any) -> str | None:
        found, link = _page(body)
        if link is not None and not client.may_send_to(link):
            raise _not_a_page("names a next page at another address: no token goes there")
        if link in seen:
            raise _not_a_page("names a next page that leads in a circle")
        if link is not None and len(seen) >= MOST_PAGES:
            raise _not_a_page(f"names yet another page after {MOST_PAGES} of them")
        if len(members) + len(found) > most_members:
            raise _not_a_page(f"belongs to a list of more than {most_members} members")
        members.extend(call.parse(member) for member in found)
        return link

    def read(link: str) -> Answer:
        nonlocal size
        seen.add(link)
        answer = client.send(call._replace(parse=parse), link, writes=0)
        size += answer.size
        if size > most_bytes:
            with naming(call.action):
                raise _not_a_page(f"belongs to a list of more than {most_bytes} bytes")
        client.retry.progress()
        return answer

    answer = read(url)
    while answer.content is not None:
        answer = read(answer.content)
    return answer._replace(content=members, size=size)


def _page(body: t.Any) -> tuple[list[t.Any], str | None]:
    """Return the members of a page, and the link to the next page; an empty link ends the list."""
    if not isinstance(body, dict) or not isinstance(body.get("value"), list):
        raise _not_a_page("is not a list")
    link = body.get("@odata.nextLink")
    return body["value"], None if isinstance(link, str) and not link.strip() else link


def _not_a_page(why: str) -> ProtocolError:
    return ProtocolError(
        f"the answer {why}",
        hint=STRANGER_ADVICE,
    )
