# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.msgraph.intune.plugins.module_utils._graph.client import GraphRequest
from ansible_collections.msgraph.intune.plugins.module_utils._graph.clouds import find_cloud
from ansible_collections.msgraph.intune.plugins.module_utils._graph.errors import GraphError, ProtocolError
from ansible_collections.msgraph.intune.plugins.module_utils._graph.paging import MAX_PAGES, read_pages
from ansible_collections.msgraph.intune.plugins.module_utils._graph.permission import Permission
from ansible_collections.msgraph.intune.tests.unit.fakes import (
    FakeClock,
    FakeCredential,
    FakeSession,
    Reply,
    Scripted,
    make_client,
    retry_policy,
)

URL = "https://graph.microsoft.com/v1.0/things"
THINGS = GraphRequest("GET", "things", "list the things", Permission("Things.Read.All", ""))


def page(*objects: t.Any, link: t.Any = None, headers: dict[str, str] | None = None) -> Reply:
    return Reply(200, {"value": list(objects), **({} if link is None else {"@odata.nextLink": link})}, headers or {})


def read(*script: Scripted, call: GraphRequest = THINGS) -> tuple[t.Any, FakeSession]:
    session = FakeSession(*script)
    return read_pages(make_client(session, find_cloud("global"), FakeCredential()), call), session


def read_error(*script: Scripted) -> GraphError:
    with pytest.raises(GraphError) as caught:
        read(*script)
    assert caught.value.hint
    return caught.value


def test_a_list_of_one_page_is_one_request() -> None:
    answer, session = read(page("a", "b", headers={"Date": "today"}))
    assert answer.content == ["a", "b"]
    assert answer.headers["Date"] == "today"
    assert session.wire == [f"GET {URL}"]


def test_links_are_followed_unchanged_to_the_last_page() -> None:
    second, third = f"{URL}?$skiptoken=b%2Fc", "https://graph.microsoft.com:443/beta/else?x=y"
    answer, session = read(page("a", link=second), page(link=third), page("b"))
    assert answer.content == ["a", "b"]
    assert session.wire == [f"GET {URL}", f"GET {second}", f"GET {third}"]


def test_each_object_is_parsed_and_an_invalid_object_fails_its_page() -> None:
    def parse(item: t.Any) -> t.Any:
        if item == "bad":
            raise ProtocolError("not a thing")
        return item.upper()

    call = GraphRequest("GET", "things", "list the things", THINGS.permission, parse=parse)
    assert read(page("a"), call=call)[0].content == ["A"]
    with pytest.raises(GraphError, match="Could not list the things: Microsoft Graph answered 200: not a thing"):
        read(page("a", "bad"), call=call)


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/v1.0/things",
        "https://graph.microsoft.com.evil.example/",
        "http://graph.microsoft.com/v1.0/things",
        "https://graph.microsoft.com:8443/v1.0/things",
        "https://graph.microsoft.com@evil.example/",
        "https://evil.example\\@graph.microsoft.com/",
        "https://graph.microsoft.com:port/",
        "//graph.microsoft.com/v1.0/things",
        "/v1.0/things",
        "https://graph.microsoft.com/a b",
        "https://graph.microsoft.com/\n",
        "https://graph.microsoft.com/" + "x" * 20_000,
        7,
        ["x"],
        False,
    ],
)
def test_no_token_is_sent_to_another_origin(link: t.Any) -> None:
    session = FakeSession(page("a", link=link), page("b"))
    with pytest.raises(GraphError, match="no token goes there") as caught:
        read_pages(make_client(session, find_cloud("global"), FakeCredential()), THINGS)
    assert (caught.value.kind, session.wire) == ("protocol", [f"GET {URL}"])


@pytest.mark.parametrize("link", ["", " ", "\t"])
def test_a_blank_link_ends_the_list(link: str) -> None:
    answer, session = read(page("a", link=link))
    assert (answer.content, session.wire) == (["a"], [f"GET {URL}"])


@pytest.mark.parametrize(
    "link",
    ["/other/v1.0/things", "/graph/../v1.0/things", "/graph/%2e%2e/things", "/graphs/v1.0/things", "/v1.0/things"],
)
def test_no_token_leaves_the_path_of_graph_url(link: str) -> None:
    root = "https://gateway.example/graph"
    session = FakeSession(
        page("a", link=f"{root}/v1.0/things?page=2"), page("b", link=f"https://gateway.example{link}")
    )
    client = make_client(session, find_cloud("global", graph_url=root), FakeCredential())
    with pytest.raises(GraphError, match="no token goes there"):
        read_pages(client, THINGS)
    assert len(session.sent) == 2


def test_a_page_that_holds_an_error_is_an_error() -> None:
    error = read_error(page("a", link=f"{URL}?page=2"), Reply(200, {"value": [], "error": {"code": "BadRequest"}}))
    assert (error.kind, error.status, error.code) == ("service", 200, "BadRequest")


def test_the_bytes_of_all_pages_are_limited() -> None:
    first, second = page("a", link=f"{URL}?page=2"), page("b" * 100)
    session = FakeSession(first, second)
    client = make_client(session, find_cloud("global"), FakeCredential())
    size = len(first.as_response().content) + len(second.as_response().content)
    assert read_pages(client, THINGS, max_bytes=size).size == size
    session.script = [first, second]
    with pytest.raises(
        GraphError, match=f"Could not list the things: the answer belongs to a list of more than {size - 1} bytes"
    ):
        read_pages(client, THINGS, max_bytes=size - 1)


def test_the_objects_of_all_pages_are_limited() -> None:
    pages = [page("a", "b", link=f"{URL}?page=2"), page("c")]
    client = make_client(FakeSession(*pages, *pages), find_cloud("global"), FakeCredential())
    assert read_pages(client, THINGS, max_objects=3).content == ["a", "b", "c"]
    with pytest.raises(GraphError, match="belongs to a list of more than 2 members"):
        read_pages(client, THINGS, max_objects=2)


def test_the_maximum_number_of_pages_is_read() -> None:
    pages = [page("a", link=f"{URL}?page={number}") for number in range(MAX_PAGES - 1)]
    assert len(read(*pages, page("a"))[0].content) == MAX_PAGES


def test_pages_do_not_count_as_writes() -> None:
    write = GraphRequest("POST", "things/7/sync", "sync thing 7", THINGS.permission, body={})
    session = FakeSession(*[Reply(204)] * 100, page("a", link=f"{URL}?page=2"), page("b"), Reply(204))
    clock = FakeClock()
    client = make_client(session, find_cloud("global"), FakeCredential(), clock=clock)
    for _write in range(100):
        client.call(write)
    assert read_pages(client, THINGS).content == ["a", "b"]
    assert clock.slept == []
    client.call(write)
    assert clock.slept == [20.0]


def test_each_page_resets_the_retry_budget() -> None:
    busy = Reply(503, "", {"Retry-After": "8"})
    session = FakeSession(busy, page("a", link=f"{URL}?page=2"), busy, page("b"))
    client = make_client(session, find_cloud("global"), FakeCredential(), policy=retry_policy(budget=10.0))
    assert read_pages(client, THINGS).content == ["a", "b"]


@pytest.mark.parametrize("back_to", [0, 1])
def test_a_cycle_of_links_is_detected(back_to: int) -> None:
    links = [URL, f"{URL}?page=2"]
    error = read_error(page("a", link=links[1]), page("b", link=links[back_to]))
    assert (error.kind, "circle" in str(error)) == ("protocol", True)


def test_an_endless_list_is_refused() -> None:
    endless = [page("a", link=f"{URL}?page={number}") for number in range(2 * MAX_PAGES)]
    session = FakeSession(*endless)
    with pytest.raises(GraphError, match=f"yet another page after {MAX_PAGES} of them"):
        read_pages(make_client(session, find_cloud("global"), FakeCredential()), THINGS)
    assert len(session.sent) == MAX_PAGES


@pytest.mark.parametrize("body", ["null", "[]", "7", "{}", '{"value": {}}', '{"value": null}', "<html>", ""])
def test_a_response_that_is_not_a_list_is_a_protocol_error(body: str) -> None:
    error = read_error(Reply(200, body, {"request-id": "r-1"}))
    assert (error.kind, error.status, error.request_id) == ("protocol", 200, "r-1")
