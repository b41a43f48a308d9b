# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The sync run over a scripted wire, for a resource made up here."""

from __future__ import annotations

import dataclasses
import json
import typing as t

import pytest
import requests
from ansible_collections.msgraph.intune.plugins.module_utils._graph._errors import AuthenticationError, GraphError
from ansible_collections.msgraph.intune.plugins.module_utils._intune._request import Patience, Request
from ansible_collections.msgraph.intune.plugins.module_utils._intune._selection import Selection
from ansible_collections.msgraph.intune.plugins.module_utils._intune._sync import SyncRun
from ansible_collections.msgraph.intune.plugins.module_utils._intune._target import count_targets, target_results
from ansible_collections.msgraph.intune.tests.unit.fakes import (
    FakeClock,
    FakeSession,
    Reply,
    Scripted,
    batch_reply,
    jwt,
    retry_policy,
)
from ansible_collections.msgraph.intune.tests.unit.plugins.module_utils._graph.test_client import FakeCredential
from ansible_collections.msgraph.intune.tests.unit.widgets import (
    BASE,
    BATCH,
    GONE,
    WIDGET,
    client_of,
    listed,
    shown,
    widget,
)

if t.TYPE_CHECKING:
    from ansible_collections.msgraph.intune.plugins.module_utils._graph._client import GraphClient
    from ansible_collections.msgraph.intune.plugins.module_utils._graph._permission import Permission
    from ansible_collections.msgraph.intune.plugins.module_utils._graph._token import Token

OK = Reply(204)
GUID = "7ce3b1f5-9b53-4b0c-8a8e-3c5f3a0f1d11"
LATER = "2026-01-02T11:30:00Z"
ALL = Selection(all=True)


def ids(*names: str) -> Selection:
    return Selection(ids=names)


class Task:
    """A run that is over: what it sent, how long it slept, and what it says."""

    def __init__(
        self,
        selection: Selection,
        *script: Scripted,
        retries: int = 0,
        credential: FakeCredential | None = None,
        **request: t.Any,
    ) -> None:
        self.session = FakeSession(*script)
        self.clock = FakeClock()
        self.client = client_of(self.session, self.clock, credential, policy=retry_policy(retries=retries))
        self.run = SyncRun(lambda: self.client, WIDGET, Request("gently", selection, **request))
        self.error: GraphError | None = None
        try:
            self.run.run()
        except GraphError as exc:
            self.error = exc

    @property
    def wire(self) -> list[str]:
        return [line.replace(BASE, "widgets") for line in self.session.wire]

    def each(self, key: str) -> list[t.Any]:
        return [target.as_result()[key] for target in self.run.targets]

    @property
    def posted(self) -> list[str]:
        """What was triggered, alone or in batches."""
        alone = [line.split("/")[-2] for line in self.session.wire if line.endswith("/polish")]
        batches = [sent.json()["requests"] for sent in self.session.sent if sent.url.endswith("$batch")]
        return alone + [item["url"].split("/")[2] for batch in batches for item in batch]


# --- trigger


def test_one_id_is_one_request_and_a_204_means_triggered_and_no_more() -> None:
    task = Task(ids("7"), Reply(204, headers={"request-id": "r-1"}))
    assert task.wire == ["POST widgets/7/polish"]
    assert task.session.sent[0].json() == {"how": "gently"}
    (result,) = [target.as_result() for target in task.run.targets]
    assert result == {
        "id": "7",
        "name": None,
        "sync_type": "gently",
        "action": "triggered",
        "reason": None,
        "message": None,
        "retry_after": None,
        "completed": None,
        "changed": True,
        "http_status": 204,
        "before": None,
        "after": None,
        "attempts": 1,
        "request_id": "r-1",
        "client_request_id": result["client_request_id"],
        "error": None,
    }
    assert task.run.message() == "Microsoft Graph accepted a gently of widget '7'."
    assert task.run.failure is None


def test_an_id_is_quoted_whole() -> None:
    assert Task(ids("a b%c;d"), OK).wire == ["POST widgets/a%20b%25c%3Bd/polish"]


def test_forty_five_ids_are_three_batches_told_in_the_order_asked_for() -> None:
    names = [f"w{number}" for number in range(45)]
    task = Task(ids(*names), *[batch_reply(*[OK] * number) for number in (20, 20, 5)])
    assert task.wire == [BATCH] * 3
    assert task.each("id") == names
    assert task.posted == names
    assert task.run.message() == (
        "Microsoft Graph accepted a gently of 45 widgets ('w0', 'w1', 'w2', 'w3', 'w4', 'w5', 'w6', 'w7', 'w8', 'w9'"
        " and 35 more)."
    )


def test_one_that_fails_does_not_stop_the_others() -> None:
    task = Task(ids("a", "gone", "b"), batch_reply(OK, GONE, OK))
    assert task.each("action") == ["triggered", "failed", "triggered"]
    assert task.each("changed") == [True, False, True]
    failed = task.run.targets[1].as_result()
    assert (failed["http_status"], failed["attempts"], failed["request_id"]) == (404, 1, "r-404")
    assert failed["error"]["kind"] == "not_found"
    assert task.run.message() == (
        "Could not trigger a gently of widget 'gone': Microsoft Graph answered 404 ResourceNotFound: gone"
        " (request-id r-404). 'gone' does not look like an ID: to select by name, use widget_name. Count the widgets."
        " 1 of 3 widgets failed: 'gone'."
        " 2 of 3 were triggered: Microsoft Graph accepted a gently of 2 widgets ('a', 'b')."
    )


def test_in_check_mode_a_failure_does_not_make_the_others_triggered() -> None:
    task = Task(ids("a", "gone"), listed(widget("a")), check_mode=True)
    assert task.run.message().endswith(
        "1 of 2 widgets failed: 'gone'. Would ask Microsoft Graph for a gently of widget big a (a)."
    )


def test_a_hint_that_entries_share_with_the_task_is_in_the_error_of_the_task_only() -> None:
    task = Task(ids(GUID, "b", GUID.upper()), batch_reply(REFUSED, OK, REFUSED))
    failure = task.run.failure
    assert failure is not None
    assert failure.hint is not None
    errors = [entry["error"] for entry in target_results(task.run.targets, failure)]
    assert [error and error["hint"] for error in errors] == [None, None, None]
    assert [error and error["kind"] for error in errors] == [failure.kind, None, failure.kind]
    assert failure.as_dict()["hint"] == failure.hint


def test_a_hint_of_one_entry_alone_stays_in_it() -> None:
    task = Task(ids("a", "b"), batch_reply(REFUSED, GONE))
    failure = task.run.failure
    assert failure is not None
    hints = [entry["error"]["hint"] for entry in target_results(task.run.targets, failure)]
    assert hints[0] == failure.hint
    assert hints[1] not in (None, failure.hint)


def test_of_several_failures_the_first_asked_for_is_the_tasks() -> None:
    task = Task(ids("a", "b"), batch_reply(GONE, Reply(500)))
    assert task.run.failure is not None
    assert task.run.failure.kind == "not_found"
    assert task.run.message().endswith("2 of 2 widgets failed: 'a', 'b'.")


def test_a_message_names_ten_that_failed_and_counts_the_rest() -> None:
    task = Task(ids(*[f"w{number}" for number in range(12)]), batch_reply(*[GONE] * 12))
    assert "12 of 12 widgets failed: 'w0', 'w1'" in task.run.message()
    assert task.run.message().endswith("'w9' and 2 more.")
    ten = Task(ids(*[f"w{number}" for number in range(10)]), batch_reply(*[GONE] * 10))
    assert ten.run.message().endswith("'w9'.")


@pytest.mark.parametrize("reply", [Reply(200, {"id": "7"}), Reply(202), Reply(200, "  "), Reply(205)])
def test_another_success_counts_with_a_warning(reply: Reply) -> None:
    task = Task(ids("7"), reply)
    assert task.each("action") == ["triggered"]
    (warning,) = task.run.warnings
    assert f"answered {reply.status}" in warning
    assert "widget '7'" in warning


def test_other_successes_of_several_are_one_warning() -> None:
    task = Task(ids("a", "b", "c"), batch_reply(Reply(202), OK, Reply(200)))
    (warning,) = task.run.warnings
    assert "answered 200, 202 when asked for a gently of 2 widgets, where 204 is documented" in warning


def test_a_success_that_is_a_web_page_is_none() -> None:
    task = Task(ids("7"), Reply(200, "<html>log in to this network</html>"))
    assert task.each("action") == ["failed"]
    assert task.run.failure is not None
    assert task.run.failure.kind == "protocol"


def test_nothing_asked_for_needs_no_client() -> None:
    def never() -> t.NoReturn:
        raise AssertionError

    run = SyncRun(never, WIDGET, Request("gently", Selection()))
    run.run()
    assert (run.targets, run.failure, run.diff()) == ([], None, [])
    assert run.message() == "Nothing to do: no widget was asked for."


def test_a_failed_sign_in_stops_everything_before_the_first() -> None:
    class Refusing:
        def sign_in(self, permission: Permission) -> None:
            assert permission.name == "Widgets.ReadWrite.All"
            raise AuthenticationError("no")

    run = SyncRun(lambda: t.cast("GraphClient", Refusing()), WIDGET, Request("gently", ids("7"), check_mode=True))
    with pytest.raises(AuthenticationError):
        run.run()
    assert run.targets == []


# --- names, and all


def test_a_name_costs_one_list_and_the_trigger() -> None:
    task = Task(Selection(names=("BIG b",)), listed(widget("a"), widget("b")), OK)
    assert task.wire == ["GET widgets", "POST widgets/b/polish"]
    assert task.each("before") == [{"id": "b", "name": "big b", "shine": "bright", "polished": "2026-01-01T12:00:00Z"}]


@pytest.mark.parametrize(
    ("names", "kind"), [(("big b", "nobody"), "not_found"), (("big a",), "options"), (("nobody",), "not_found")]
)
def test_an_unknown_or_ambiguous_name_triggers_nothing(names: tuple[str, ...], kind: str) -> None:
    twins = listed(widget("a"), {**widget("c"), "name": "BIG A"}, widget("b"))
    task = Task(Selection(names=names), twins)
    assert task.error is not None
    assert task.error.kind == kind
    assert "big b" in str(task.error) or "BIG A" in str(task.error)
    assert (task.wire, task.run.targets) == (["GET widgets"], [])


def test_all_of_a_tenant_are_triggered_in_its_order() -> None:
    first = listed(widget("b"), widget("a"), link=f"{BASE}?page=2")
    task = Task(ALL, first, listed(widget("c")), batch_reply(OK, OK, OK))
    assert task.wire == ["GET widgets", "GET widgets?page=2", BATCH]
    assert task.posted == ["b", "a", "c"]
    assert task.run.warnings == []


def test_all_of_an_empty_tenant_is_nothing_to_do_and_a_warning_that_says_why() -> None:
    task = Task(ALL, listed())
    assert (task.wire, task.run.targets, task.run.failure) == (["GET widgets"], [], None)
    assert task.run.message() == "Nothing to do: the tenant has no widgets."
    assert task.run.warnings == ["The tenant has no widgets. Widgets are out of fashion."]


def test_a_list_that_cannot_be_read_triggers_nothing() -> None:
    task = Task(ALL, Reply(500))
    assert task.error is not None
    assert str(task.error).startswith("Could not list the widgets of the tenant: Microsoft Graph answered 500")


@pytest.mark.parametrize("asked", [{"check_mode": True}, {"diff": True, "check_mode": True}])
def test_the_services_time_is_missed_only_where_an_age_is_asked_for(asked: dict[str, t.Any]) -> None:
    assert Task(ids("7"), shown(widget("7"), date=None), **asked).run.warnings == []


def test_in_an_empty_tenant_no_age_is_missed() -> None:
    (warning,) = Task(ALL, listed(date=None), if_older_than=3600).run.warnings
    assert warning.startswith("The tenant has no widgets.")


# --- the permission


@pytest.mark.parametrize("selection", [ids("7"), ids("a", "b"), ALL, Selection(names=("big a",))])
@pytest.mark.parametrize("check_mode", [True, False])
def test_a_read_that_is_refused_names_the_permissions_of_the_whole_task(selection: Selection, check_mode: bool) -> None:
    refused = Reply(403, {"error": {"code": "Forbidden", "message": "no"}})
    credential = FakeCredential(tokens=[jwt({"idtyp": "app"})])
    task = Task(selection, refused, diff=True, check_mode=check_mode, credential=credential)
    assert "Could not read" in str(task.error) or "Could not list" in str(task.error)
    words = "add the application permissions Widgets.ReadWrite.All and Widgets.Read.All and grant"
    assert words in str(task.error)


def test_a_permission_that_includes_reading_is_named_alone() -> None:
    reading = WIDGET.read_permission._replace(implied_by=(WIDGET.sync_permission.name,))
    resource = dataclasses.replace(WIDGET, read_permission=reading)
    credential = FakeCredential(tokens=[jwt({"scp": "Widgets.Read.All"})])
    client = client_of(FakeSession(Reply(403, {"error": {"code": "Forbidden"}})), FakeClock(), credential)
    with pytest.raises(GraphError, match="add the delegated permission Widgets.ReadWrite.All and grant"):
        SyncRun(lambda: client, resource, Request("gently", ids("7"), diff=True)).run()


@pytest.mark.parametrize(
    ("wait", "permissions"),
    [(None, ["Widgets.ReadWrite.All"]), (Patience(900.0, 30.0), ["Widgets.ReadWrite.All", "Widgets.Read.All"])],
)
def test_a_user_is_asked_for_all_permissions_at_each_sign_in(wait: Patience | None, permissions: list[str]) -> None:
    class Asking(FakeCredential):
        """Keeps the permissions that each sign-in asks for."""

        def acquire(self, login: t.Any) -> Token:
            scopes.append([scope.rpartition("/")[2] for scope in login()._scopes])
            return super().acquire(login)

    scopes: list[list[str]] = []
    expired = Reply(401, {"error": {"code": "InvalidAuthenticationToken"}})
    reads = [] if wait is None else [shown(widget("7"))]
    looks = [] if wait is None else [shown(widget("7", LATER))]
    credential = Asking(tokens=[jwt({"scp": "one"}), jwt({"scp": "two"})])
    task = Task(ids("7"), *reads, expired, OK, *looks, patience=wait, credential=credential)
    assert task.each("action") == ["triggered"]
    assert scopes == [permissions, permissions]


# --- check mode


ADD = "In the app registration (Entra admin center, API permissions) add the"
READER = {"roles": ["Widgets.Read.All"]}
WRITER = {"roles": ["Widgets.ReadWrite.All"]}


@pytest.mark.parametrize(
    ("claims", "words"),
    [
        (READER, f"with the permission Widgets.Read.All. {ADD} application permission Widgets.ReadWrite.All"),
        ({"idtyp": "app"}, f"with no permissions. {ADD} application permission Widgets.ReadWrite.All"),
        ({"scp": "Widgets.Read.All"}, f"{ADD} delegated permission Widgets.ReadWrite.All"),
    ],
)
def test_check_mode_warns_when_the_token_lacks_the_permission_to_sync(claims: dict[str, t.Any], words: str) -> None:
    task = Task(ids("7"), shown(widget("7")), check_mode=True, credential=FakeCredential(tokens=[jwt(claims)]))
    assert (task.each("action"), task.each("changed")) == (["would_trigger"], [True])
    (warning,) = task.run.warnings
    assert warning.startswith("Outside check mode the sync would be refused. This is a")
    assert words in warning


@pytest.mark.parametrize("token", [jwt(WRITER), jwt({"scp": "openid Widgets.ReadWrite.All"}), "opaque"])
def test_check_mode_warns_of_no_token_that_holds_the_permission_or_cannot_be_read(token: str) -> None:
    task = Task(ids("7"), shown(widget("7")), check_mode=True, credential=FakeCredential(tokens=[token]))
    assert task.run.warnings == []


def test_check_mode_warns_of_no_permission_when_nothing_is_due() -> None:
    young = widget("7", "2026-01-02T11:59:00Z")
    task = Task(
        ids("7"), shown(young), check_mode=True, if_older_than=3600, credential=FakeCredential(tokens=[jwt(READER)])
    )
    assert (task.each("action"), task.run.warnings) == (["skipped"], [])


@pytest.mark.parametrize(("renewed", "warnings"), [(WRITER, 0), ({**READER, "later": True}, 1)])
def test_check_mode_renews_a_cached_token_before_it_warns(renewed: dict[str, t.Any], warnings: int) -> None:
    credential = FakeCredential(tokens=[jwt(READER), jwt(renewed)], from_cache=True)
    task = Task(ids("7"), shown(widget("7")), check_mode=True, credential=credential)
    assert (credential.asked, len(task.run.warnings)) == (2, warnings)


def test_outside_check_mode_the_permission_is_left_to_the_service() -> None:
    task = Task(ids("7"), OK, credential=FakeCredential(tokens=[jwt(READER)]))
    assert (task.each("action"), task.run.warnings) == (["triggered"], [])


def test_check_mode_reads_one_by_its_id_and_triggers_nothing() -> None:
    task = Task(ids("7"), shown(widget("7")), check_mode=True)
    assert task.wire == ["GET widgets/7"]
    assert (task.each("action"), task.each("changed"), task.each("attempts")) == (["would_trigger"], [True], [0])
    assert task.each("before")[0]["shine"] == "bright"
    assert task.run.message() == "Would ask Microsoft Graph for a gently of widget big 7 (7)."


def test_check_mode_reads_several_by_the_list_and_finds_who_is_gone() -> None:
    task = Task(ids("B", "gone", "a"), listed(widget("A"), widget("b")), check_mode=True)
    assert task.wire == ["GET widgets"]
    assert task.each("id") == ["B", "gone", "a"]
    assert task.each("action") == ["would_trigger", "failed", "would_trigger"]
    assert task.run.failure is not None
    assert str(task.run.failure) == (
        "Could not find widget 'gone': it is not in the tenant, which has 2 widgets."
        " 'gone' does not look like an ID: to select by name, use widget_name. Count the widgets."
    )


def test_one_that_does_not_exist_fails_in_check_mode() -> None:
    task = Task(ids(GUID), GONE, check_mode=True)
    assert task.run.message() == (
        f"Could not read widget '{GUID}': Microsoft Graph answered 404 ResourceNotFound: gone (request-id r-404)."
        " Count the widgets."
    )
    assert task.each("changed") == [False]


NO_ID = "does not look like an ID: to select by name, use widget_name."
REFUSED = Reply(400, {"error": {"code": "BadRequest", "message": "no"}})


@pytest.mark.parametrize("reply", [GONE, REFUSED])
@pytest.mark.parametrize("check_mode", [True, False])
def test_an_id_that_fits_nothing_and_is_none_points_to_the_name(reply: Reply, check_mode: bool) -> None:
    for given, is_shown in (("EXCH01", True), (GUID, False)):
        task = Task(ids(given), reply, check_mode=check_mode)
        assert (NO_ID in str(task.error or task.run.failure)) is is_shown


@pytest.mark.parametrize("reply", [Reply(403, {"error": {"code": "x"}}), Reply(409)])
def test_another_refusal_is_not_blamed_on_the_id(reply: Reply) -> None:
    assert NO_ID not in str(Task(ids("EXCH01"), reply).run.failure)


def test_an_id_that_was_read_is_not_blamed() -> None:
    for reply, hint in ((GONE, "Count the widgets."), (REFUSED, "The service refused the request")):
        failure = str(Task(ids("7"), shown(widget("7")), reply, diff=True).run.failure)
        assert "Could not trigger a gently of widget big 7 (7)" in failure
        assert hint in failure
        assert NO_ID not in failure


@pytest.mark.parametrize(("asked", "there"), [("a", "A"), ("A", "a")])
def test_an_id_is_the_same_in_either_case(asked: str, there: str) -> None:
    assert Task(ids(asked), shown(widget(there)), check_mode=True).each("action") == ["would_trigger"]


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply(200, []), "not a widget"),
        (Reply(200, {"id": "6"}), "another widget, '6'. Something on the way"),
        (Reply(200, {"id": "8"}), "another widget, '8'. Something on the way"),
    ],
)
def test_a_read_of_another_shape_names_what_was_being_read(reply: Reply, words: str) -> None:
    task = Task(ids("7"), reply, check_mode=True)
    assert task.error is not None
    assert task.error.kind == "protocol"
    assert "Could not read widget '7'" in str(task.error)
    assert words in str(task.error)


# --- only what is older


def test_what_synced_not_long_ago_is_skipped() -> None:
    script = [listed(widget("old"), widget("new", LATER), widget("never", None))]
    task = Task(ids("old", "new", "never"), *script, batch_reply(OK, OK), if_older_than=3600)
    assert task.each("action") == ["triggered", "skipped", "triggered"]
    assert task.posted == ["old", "never"]
    assert task.run.warnings == []
    assert task.run.message() == (
        "Microsoft Graph accepted a gently of 2 widgets (big old (old), big never (never))."
        " Skipped widget big new (new): its last sync is more recent than if_older_than (3600 s)."
    )
    skipped = task.run.targets[1].as_result()
    assert (skipped["name"], skipped["reason"], skipped["retry_after"]) == ("big new", "recent", None)
    assert skipped["message"] == "Its last sync is more recent than if_older_than (3600 s)."


def test_when_all_are_younger_nothing_is_sent_and_nothing_changes() -> None:
    task = Task(ids("new"), shown(widget("new", LATER)), if_older_than=3600)
    assert (task.wire, task.each("changed"), task.each("action")) == (["GET widgets/new"], [False], ["skipped"])


def test_one_that_is_not_there_needs_no_warning_of_the_time() -> None:
    task = Task(ids("gone"), GONE, if_older_than=3600)
    assert (task.run.warnings, task.each("attempts"), task.each("action")) == ([], [0], ["failed"])


def test_check_mode_plans_alike() -> None:
    script = [listed(widget("old"), widget("new", LATER))]
    task = Task(ALL, *script, if_older_than=3600, check_mode=True)
    assert task.each("action") == ["would_trigger", "skipped"]


def test_without_the_services_time_nothing_is_skipped() -> None:
    task = Task(ids("new"), shown(widget("new", LATER), date=None), OK, if_older_than=3600)
    assert task.each("action") == ["triggered"]
    assert task.run.warnings == ["The service did not tell the time, so no age is known and nothing is skipped."]


# --- wait

PATIENCE = Patience(timeout=100.0, sleep=30.0)


def test_it_looks_at_all_together_until_each_is_done_and_ends_early() -> None:
    task = Task(
        ids("a", "b"),
        listed(widget("a"), widget("b")),
        batch_reply(OK, OK),
        listed(widget("a", LATER), widget("b")),
        shown(widget("b")),
        shown(widget("b", LATER)),
        patience=Patience(timeout=900.0, sleep=30.0),
    )
    # The last one is alone by then, and read by its id.
    assert task.wire == ["GET widgets", BATCH, "GET widgets", "GET widgets/b", "GET widgets/b"]
    assert task.clock.slept == [30.0] * 3
    assert task.each("completed") == [True, True]


def test_forty_five_are_one_request_a_round() -> None:
    names = [f"w{number}" for number in range(45)]
    before, after = [widget(name) for name in names], [widget(name, LATER) for name in names]
    triggers = [batch_reply(*[OK] * number) for number in (20, 20, 5)]
    task = Task(ids(*names), listed(*before), *triggers, listed(*before), listed(*after), patience=PATIENCE)
    assert task.wire == ["GET widgets", BATCH, BATCH, BATCH, "GET widgets", "GET widgets"]
    assert task.clock.slept == [30.0, 30.0]
    assert task.each("completed") == [True] * 45
    assert {after["polished"] for after in task.each("after")} == {LATER}
    assert task.run.message() == (
        "Microsoft Graph accepted a gently of 45 widgets (big w0 (w0), big w1 (w1), big w2 (w2), big w3 (w3),"
        " big w4 (w4), big w5 (w5), big w6 (w6), big w7 (w7), big w8 (w8), big w9 (w9) and 35 more)."
        " The syncs of 45 widgets have finished: the time of the last sync has moved on."
    )


def test_one_alone_is_looked_at_by_its_id() -> None:
    task = Task(ids("a"), shown(widget("a")), OK, shown(widget("a", LATER)), patience=PATIENCE)
    assert task.wire == ["GET widgets/a", "POST widgets/a/polish", "GET widgets/a"]
    assert task.each("completed") == [True]
    assert task.run.message().endswith(". Its sync has finished: the time of the last sync has moved on.")


def test_several_that_are_skipped_share_a_sentence() -> None:
    task = Task(ids("a", "b"), listed(widget("a", LATER), widget("b", LATER)), if_older_than=3600)
    words = "Skipped 2 widgets (big a (a), big b (b)): their last syncs are more recent than if_older_than (3600 s)."
    assert task.run.message() == words


@pytest.mark.parametrize(
    ("polished", "words"),
    [
        ("0001-01-01T00:00:00Z", "last sync never."),
        ("yesterday", "last sync unknown."),
        (None, "last sync unknown."),
        ("2026-01-01T12:00:00Z", "last sync 2026-01-01T12:00:00Z."),
    ],
)
def test_a_wait_in_vain_shows_the_last_sync_in_words(polished: str | None, words: str) -> None:
    task = Task(ids("a"), shown(widget("a", polished)), OK, shown(widget("a", polished)), patience=Patience(30.0, 30.0))
    assert f"shine bright, {words} Raise wait_timeout" in str(task.run.failure)


def test_a_wait_in_vain_first_points_to_the_members_that_cannot_sync() -> None:
    here = listed(widget("a", shine="dull"), widget("b"), widget("c", shine=""))
    task = Task(ids("a", "b", "c"), here, batch_reply(OK, OK, OK), here, patience=Patience(30.0, 30.0))
    hint = "Before you wait longer, check each widget whose shine is not bright. Raise wait_timeout"
    assert task.run.failure is not None
    assert str(task.run.failure.hint).startswith(hint)


def test_waiting_in_vain_fails_at_the_deadline_with_what_was_seen() -> None:
    looks = [listed(widget("a", LATER), widget("b", None, "dull")), *[shown(widget("b", None, "dull"))] * 3]
    task = Task(ids("a", "b"), listed(widget("a"), widget("b", None)), batch_reply(OK, OK), *looks, patience=PATIENCE)
    assert task.clock.slept == [30.0, 30.0, 30.0, 10.0]
    failure = task.run.failure
    assert failure is not None
    assert failure.kind == "timeout"
    assert str(failure) == (
        "Could not see the gently of 1 of 2 widgets finish:"
        " after 100 s the time of the last sync has not moved on for big b (b), shine dull, last sync unknown."
        " Check this widget before you wait longer: its shine is dull."
        " Raise wait_timeout, or run the module widgets.info later to see"
        " whether the time has moved on. Widgets are out of fashion."
    )
    assert task.each("action") == ["triggered", "triggered"]
    assert task.each("completed") == [True, False]
    assert task.each("changed") == [True, True]
    assert [error and error["kind"] for error in task.each("error")] == [None, "timeout"]
    assert task.run.message() == (
        "Microsoft Graph accepted a gently of 2 widgets (big a (a), big b (b))."
        f" The sync of widget big a (a) has finished: the time of the last sync has moved on. {failure}"
    )


def test_without_time_to_wait_it_does_not_look() -> None:
    task = Task(ids("a"), shown(widget("a")), OK, patience=Patience(timeout=0.0, sleep=30.0))
    assert (task.clock.slept, task.each("completed")) == ([], [False])


def test_the_last_wait_is_as_short_as_what_is_left() -> None:
    task = Task(ids("a"), *[shown(widget("a")), OK, *[shown(widget("a"))] * 2], patience=Patience(30.5, 30.0))
    assert task.clock.slept == [30.0, 0.5]


def test_a_look_that_takes_longer_than_is_left_is_the_last() -> None:
    class Slow(FakeSession):
        def request(self, *args: t.Any, **kwargs: t.Any) -> requests.Response:
            clock.moment += 50.0
            return super().request(*args, **kwargs)

    clock = FakeClock()
    session = Slow(shown(widget("a")), OK, *[shown(widget("a"))] * 2)
    client = client_of(session, clock)
    run = SyncRun(lambda: client, WIDGET, Request("gently", ids("a"), patience=PATIENCE))
    run.run()
    assert (clock.slept, [target.completed for target in run.targets]) == ([30.0, 20.0], [False])


def test_each_pending_entry_has_a_message_about_itself() -> None:
    here = listed(widget("a"), widget("b", None, "dull"))
    task = Task(ids("a", "b"), here, batch_reply(OK, OK), here, patience=Patience(30.0, 30.0))
    failure = task.run.failure
    assert failure is not None
    assert "for big a (a), shine bright, last sync 2026-01-01T12:00:00Z; big b (b), shine dull" in failure.message
    assert [entry["error"]["message"] for entry in target_results(task.run.targets, failure)] == [
        f"after 30 s the time of the last sync has not moved on for {seen}"
        for seen in (
            "big a (a), shine bright, last sync 2026-01-01T12:00:00Z",
            "big b (b), shine dull, last sync unknown",
        )
    ]


def test_a_result_of_a_hundred_that_are_pending_stays_small() -> None:
    names = [f"w{number}" for number in range(100)]
    here = listed(*map(widget, names))
    task = Task(ids(*names), here, *[batch_reply(*[OK] * 20)] * 5, here, patience=Patience(30.0, 30.0))
    assert len(json.dumps(target_results(task.run.targets, task.run.failure))) < 100_000


def test_a_message_tells_of_ten_that_are_pending_and_counts_the_rest() -> None:
    def message(number: int) -> str:
        names = [f"w{one}" for one in range(number)]
        here = listed(*[widget(name, None, shine="") for name in names])
        task = Task(ids(*names), here, batch_reply(*[OK] * number), here, patience=Patience(30.0, 30.0))
        return str(task.run.failure)

    assert "big w9 (w9), shine unknown, last sync unknown. Before you wait longer," in message(10)
    assert "big w9 (w9), shine unknown, last sync unknown; and 2 more. Before you wait longer," in message(12)


HICCUPS = [
    Reply(503, "", {"Retry-After": "5"}),
    Reply(500),
    requests.exceptions.ConnectionError("x", ConnectionResetError()),
]


@pytest.mark.parametrize("hiccup", HICCUPS)
def test_a_look_that_fails_for_the_moment_is_made_up_for_by_the_next(hiccup: Scripted) -> None:
    task = Task(ids("a"), shown(widget("a")), OK, hiccup, shown(widget("a", LATER)), patience=PATIENCE)
    assert task.each("completed") == [True]
    assert task.clock.slept == [30.0, 30.0]
    assert task.client.retry.count == 1


def test_the_service_may_ask_to_look_later_and_is_not_asked_sooner_for_the_deadline() -> None:
    busy = Reply(429, "", {"Retry-After": "50"})
    task = Task(ids("a"), shown(widget("a")), OK, busy, busy, patience=PATIENCE)
    assert task.wire == ["GET widgets/a", "POST widgets/a/polish", "GET widgets/a", "GET widgets/a"]
    assert task.clock.slept == [30.0, 50.0]
    failure = task.run.failure
    assert failure is not None
    assert (failure.kind, failure.retry_after) == ("timeout", 50.0)
    assert "asks to wait 50 s, which is longer than the rest of wait_timeout" in str(failure)


def test_a_wait_that_ends_with_the_deadline_is_waited_for() -> None:
    busy = Reply(429, "", {"Retry-After": "70"})
    task = Task(ids("a"), shown(widget("a")), OK, busy, shown(widget("a", LATER)), patience=PATIENCE)
    assert (task.clock.slept, task.each("completed")) == ([30.0, 70.0], [True])


def test_a_time_that_cannot_be_read_is_due_and_shows_no_completion() -> None:
    looks = [shown(widget("a", LATER)), *[shown(widget("a", "later"))] * 3]
    task = Task(ids("a"), shown(widget("a", "soon")), OK, *looks, patience=PATIENCE, if_older_than=10**9)
    assert (task.each("action"), task.each("completed")) == (["triggered"], [False])
    assert [task.each(key)[0]["polished"] for key in ("before", "after")] == [None, None]
    assert [warning.rpartition(": ")[2] for warning in task.run.warnings] == ["'soon'.", "'later'."]
    assert "last sync unknown" in str(task.run.failure)


def test_an_error_in_the_body_of_a_success_is_a_failed_trigger() -> None:
    refused = Reply(200, {"error": {"code": "Forbidden", "message": "no"}}, {"request-id": "r-1"})
    task = Task(ids("a"), refused)
    (result,) = [target.as_result() for target in task.run.targets]
    assert (result["action"], result["changed"], result["http_status"], result["request_id"]) == (
        "failed",
        False,
        200,
        "r-1",
    )
    assert (result["error"]["kind"], result["error"]["code"]) == ("authorization", "Forbidden")


def test_one_that_is_on_two_pages_is_triggered_once_and_its_name_is_not_ambiguous() -> None:
    for selection in (ALL, Selection(names=("big a",))):
        task = Task(selection, listed(widget("a"), link=f"{BASE}?page=2"), listed(widget("a")), OK)
        assert task.posted == ["a"]


def test_a_last_look_that_failed_is_told_beside_what_was_seen_before() -> None:
    task = Task(ids("a"), shown(widget("a")), OK, *[Reply(503)] * 4, patience=PATIENCE)
    failure = task.run.failure
    assert failure is not None
    assert failure.kind == "timeout"
    assert "last sync 2026-01-01T12:00:00Z; the last look failed: Could not read widget big a (a):" in str(failure)


def test_looks_that_fail_for_longer_than_the_budget_end_the_wait() -> None:
    patience = Patience(timeout=9000.0, sleep=30.0)
    task = Task(ids("a"), shown(widget("a")), OK, *[Reply(503)] * 20, patience=patience)
    assert task.run.failure is not None
    assert (task.run.failure.kind, task.run.failure.status) == ("service", 503)
    # 120 seconds from the first failed look on.
    assert task.clock.slept == [30.0] * 5
    assert str(task.run.failure).startswith("Could not see the gently of 1 widget finish: after 150 s the time")
    assert (task.each("action"), task.each("completed")) == (["triggered"], [False])


@pytest.mark.parametrize(
    ("reply", "kind"), [(Reply(403, {"error": {"code": "x"}}), "authorization"), (Reply(200, []), "protocol")]
)
def test_a_look_that_will_fail_again_ends_the_wait_and_loses_nothing(reply: Reply, kind: str) -> None:
    task = Task(ids("a"), shown(widget("a")), OK, reply, patience=PATIENCE)
    assert task.run.failure is not None
    assert task.run.failure.kind == kind
    assert "the last look failed: Could not read widget big a (a):" in str(task.run.failure)
    assert (task.each("action"), task.each("completed"), task.clock.slept) == (["triggered"], [False], [30.0])


def test_one_that_is_gone_meanwhile_is_told_as_such() -> None:
    task = Task(ids("a"), shown(widget("a")), OK, *[GONE] * 4, patience=PATIENCE)
    assert task.each("completed") == [False]
    failure = str(task.run.failure)
    assert "big a (a), which is no longer in the tenant. Count the widgets. Raise wait_timeout" in failure


def test_one_that_is_gone_meanwhile_does_not_hide_the_others() -> None:
    looks = [listed(widget("b", LATER)), *[GONE] * 3]
    task = Task(ids("a", "b"), listed(widget("a"), widget("b")), batch_reply(OK, OK), *looks, patience=PATIENCE)
    assert task.each("completed") == [False, True]


def test_a_trigger_that_failed_is_not_waited_for() -> None:
    script = [listed(widget("a"), widget("b")), batch_reply(GONE, OK), shown(widget("b", LATER))]
    task = Task(ids("a", "b"), *script, patience=PATIENCE)
    assert task.each("completed") == [None, True]
    assert task.each("action") == ["failed", "triggered"]


def test_only_what_was_triggered_is_waited_for() -> None:
    script = [listed(widget("a"), widget("b", LATER)), OK, shown(widget("a", LATER))]
    task = Task(ids("a", "b", "gone"), *script, patience=PATIENCE, if_older_than=3600)
    assert task.each("completed") == [True, None, None]
    assert task.each("action") == ["triggered", "skipped", "failed"]


def test_a_failed_trigger_and_a_wait_in_vain_are_both_told() -> None:
    looks = [listed(widget("a"), widget("b"))] * 4
    task = Task(ids("gone", "a", "b"), listed(widget("a"), widget("b")), batch_reply(OK, OK), *looks, patience=PATIENCE)
    message = task.run.message()
    assert message.startswith("Could not find widget 'gone'")
    assert message.index("accepted") < message.index("after 100 s")
    assert "1 of 3 widgets failed: 'gone'." in message
    assert "after 100 s the time of the last sync has not moved on for big a" in message


def test_a_wait_in_vain_is_told_once_when_it_is_the_first_failure() -> None:
    task = Task(ids("a", "gone"), listed(widget("a")), OK, *[shown(widget("a"))] * 4, patience=PATIENCE)
    message = task.run.message()
    assert task.run.failure is not None
    assert task.run.failure.kind == "timeout"
    assert message.endswith(str(task.run.failure))
    assert message.count("has not moved on") == 1
    assert "1 of 2 widgets failed: 'gone'." in message


def test_members_without_a_name_do_not_hide_the_names_of_others() -> None:
    nameless = {**widget("b"), "name": None}
    task = Task(ALL, listed(widget("a"), nameless), batch_reply(OK, OK))
    assert task.run.message() == "Microsoft Graph accepted a gently of 2 widgets (big a (a), 'b')."


def test_in_check_mode_nothing_is_waited_for() -> None:
    task = Task(ids("a"), shown(widget("a")), patience=PATIENCE, check_mode=True)
    assert (task.clock.slept, task.each("completed")) == ([], [None])


# --- diff


def test_a_diff_is_a_pair_for_each_headed_by_its_name_and_id() -> None:
    task = Task(ids("a"), shown(widget("a")), OK, diff=True)
    assert task.wire == ["GET widgets/a", "POST widgets/a/polish"]
    seen = {"polished": "2026-01-01T12:00:00Z", "shine": "bright"}
    assert task.run.diff() == [
        {
            "before_header": "big a (a)",
            "after_header": "big a (a)",
            "before": {**seen, "requested": None},
            "after": {**seen, "requested": "gently"},
        }
    ]


@pytest.mark.parametrize("check_mode", [True, False])
def test_what_is_skipped_does_not_differ(check_mode: bool) -> None:
    task = Task(ids("a"), shown(widget("a", LATER)), diff=True, if_older_than=3600, check_mode=check_mode)
    (pair,) = task.run.diff()
    assert pair["before"] == pair["after"]


def test_after_a_wait_the_diff_shows_what_was_seen() -> None:
    task = Task(ids("a"), shown(widget("a")), OK, shown(widget("a", LATER)), diff=True, patience=PATIENCE)
    (pair,) = task.run.diff()
    assert (pair["before"]["polished"], pair["after"]["polished"]) == ("2026-01-01T12:00:00Z", LATER)


def test_one_that_was_not_there_has_no_part_in_the_diff() -> None:
    task = Task(ids("a", "gone"), listed(widget("a")), OK, diff=True)
    assert [pair["before_header"] for pair in task.run.diff()] == ["big a (a)"]


# --- the counts


def test_counts_say_what_became_of_each() -> None:
    task = Task(
        ids("a", "b", "gone", "new"),
        listed(widget("a"), widget("b"), widget("new", LATER)),
        batch_reply(OK, OK),
        *[listed(widget("a", LATER), widget("b")), shown(widget("b")), shown(widget("b")), shown(widget("b"))],
        if_older_than=3600,
        patience=PATIENCE,
    )
    assert count_targets(task.run.targets) == {
        "total": 4,
        "triggered": 2,
        "would_trigger": 0,
        "skipped": 1,
        "failed": 1,
        "completed": 1,
        "pending": 1,
    }


def test_counts_of_check_mode_and_of_nothing() -> None:
    task = Task(ids("a", "b"), listed(widget("a"), widget("b")), check_mode=True)
    counts = count_targets(task.run.targets)
    assert (counts["total"], counts["would_trigger"], counts["triggered"], counts["pending"]) == (2, 2, 0, 0)
    assert set(count_targets([]).values()) == {0}


# --- the resource


def test_nothing_in_an_id_ends_its_segment_of_the_path() -> None:
    assert WIDGET.path("a/b?c#d") == "widgets/a%2Fb%3Fc%23d"


def test_a_member_is_called_by_the_first_name_that_it_has() -> None:
    named = dataclasses.replace(WIDGET, names=("nickname", "name", "shine"))
    assert named.label({"id": "7", "nickname": None, "name": "big", "shine": "dull"}) == "big (7)"
