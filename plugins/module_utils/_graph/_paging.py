# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Reads a collection that comes in pages: each names the next one, to be followed as it is.

https://learn.microsoft.com/graph/paging
"""

from __future__ import annotations

import typing as t

from ._clouds import same_origin
from ._errors import STRANGER_ADVICE, ProtocolError

if t.TYPE_CHECKING:
    from ._client import Answer, Call, GraphClient

# Of connectors, a tenant has some; of anything else in Intune, fewer than so many pages.
MOST_PAGES: t.Final = 1000


def read_pages(client: GraphClient, call: Call) -> Answer:
    """Read all pages; the content is the list of what ``call.parse`` made of each member.

    :raises GraphError: a page could not be read, or leads astray.
    """
    members: list[t.Any] = []
    url = client.url(call.path)
    seen: set[str] = set()

    def parse(body: t.Any) -> str | None:
        found, link = _page(body)
        if link is not None and not same_origin(link, url):
            raise _not_a_page("names a next page at another address: no token goes there")
        if link in seen:
            raise _not_a_page("names a next page that leads in a circle")
        if len(seen) >= MOST_PAGES:
            raise _not_a_page(f"names yet another page after {MOST_PAGES} of them")
        members.extend(call.parse(member) for member in found)
        return link

    def read(link: str) -> Answer:
        seen.add(link)
        answer = client.send(call._replace(parse=parse), link, writes=0)
        client.retry.progress()
        return answer

    answer = read(url)
    while answer.content is not None:
        answer = read(answer.content)
    return answer._replace(content=members)


def _page(body: t.Any) -> tuple[list[t.Any], str | None]:
    if not isinstance(body, dict) or not isinstance(body.get("value"), list):
        raise _not_a_page("is not a list")
    return body["value"], body.get("@odata.nextLink")


def _not_a_page(why: str) -> ProtocolError:
    return ProtocolError(
        f"the answer {why}",
        hint=STRANGER_ADVICE,
    )
