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
from ansible_collections.msgraph.intune.plugins.module_utils._graph.errors import AuthenticationError, GraphError
from ansible_collections.msgraph.intune.plugins.module_utils._intune.selection import Selection
from ansible_collections.msgraph.intune.plugins.module_utils._intune.sync import SyncRun
from ansible_collections.msgraph.intune.plugins.module_utils._intune.sync_options import SyncOptions, WaitOptions
from ansible_collections.msgraph.intune.plugins.module_utils._intune.sync_target import count_targets, target_results
from ansible_collections.msgraph.intune.tests.unit.fakes import (
    FakeClock,
    FakeCredential,
    FakeSession,
    Reply,
    Scripted,
    batch_reply,
    jwt,
    retry_policy,
)
from ansible_collections.msgraph.intune.tests.unit.widgets import (
    BASE,
    BATCH_REQUEST,
    NOT_FOUND,
    WIDGET,
    list_reply,
    object_reply,
    widget,
    widget_client,
)

if t.TYPE_CHECKING:
    from ansible_collections.msgraph.intune.plugins.module_utils._graph.auth.token import Token
    from ansible_collections.msgraph.intune.plugins.module_utils._graph.client import GraphClient
    from ansible_collections.msgraph.intune.plugins.module_utils._graph.permission import Permission

OK = Reply(204)
GUID = "7ce3b1f5-9b53-4b0c-8a8e-3c5f3a0f1d11"
LATER = "2026-01-02T11:30:00Z"
ALL = Selection(all=True)


def ids(*names: str) -> Selection:
    return Selection(ids=names)


class SyncScenario:
    """A run that is over: what it sent, how long it slept, and what it says."""

    def __init__(
        self,
        selection: Selection,
        *script: Scripted,
        retries: int = 0,
        credential: FakeCredential | None = None,
        **options: t.Any,
    ) -> None:
        self.session = FakeSession(*script)
        self.clock = FakeClock()
        self.client = widget_client(self.session, self.clock, credential, policy=retry_policy(retries=retries))
        self.run = SyncRun(lambda: self.client, WIDGET, SyncOptions("gently", selection, **options))
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
        single = [line.split("/")[-2] for line in self.session.wire if line.endswith("/polish")]
        batches = [sent.json()["requests"] for sent in self.session.sent if sent.url.endswith("$batch")]
        return single + [item["url"].split("/")[2] for batch in batches for item in batch]


# --- trigger


def test_one_id_is_one_request_and_a_204_means_triggered_and_no_more() -> None:
    scenario = SyncScenario(ids("7"), Reply(204, headers={"request-id": "r-1"}))
    assert scenario.wire == ["POST widgets/7/polish"]
    assert scenario.session.sent[0].json() == {"how": "gently"}
    (result,) = [target.as_result() for target in scenario.run.targets]
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
    assert scenario.run.message() == "Microsoft Graph accepted a gently of widget '7'."
    assert scenario.run.failure is None


def test_an_id_is_quoted_whole() -> None:
    assert SyncScenario(ids("a b%c;d"), OK).wire == ["POST widgets/a%20b%25c%3Bd/polish"]


def test_forty_five_ids_are_three_batches_told_in_the_order_asked_for() -> None:
    names = [f"w{number}" for number in range(45)]
    scenario = SyncScenario(ids(*names), *[batch_reply(*[OK] * number) for number in (20, 20, 5)])
    assert scenario.wire == [BATCH_REQUEST] * 3
    assert scenario.each("id") == names
    assert scenario.posted == names
    assert scenario.run.message() == (
        "Microsoft Graph accepted a gently of 45 widgets ('w0', 'w1', 'w2', 'w3', 'w4', 'w5', 'w6', 'w7', 'w8', 'w9'"
        " and 35 more)."
    )


def test_one_that_fails_does_not_stop_the_others() -> None:
    scenario = SyncScenario(ids("a", "gone", "b"), batch_reply(OK, NOT_FOUND, OK))
    assert scenario.each("action") == ["triggered", "failed", "triggered"]
    assert scenario.each("changed") == [True, False, True]
    failed = scenario.run.targets[1].as_result()
    assert (failed["http_status"], failed["attempts"], failed["request_id"]) == (404, 1, "r-404")
    assert failed["error"]["kind"] == "not_found"
    assert scenario.run.message() == (
        "Could not trigger a gently of widget 'gone': Microsoft Graph answered 404 ResourceNotFound: gone"
        " (request-id r-404). 'gone' does not look like an ID: to select by name, use widget_name. Count the widgets."
        " 1 of 3 widgets failed: 'gone'."
        " 2 of 3 were triggered: Microsoft Graph accepted a gently of 2 widgets ('a', 'b')."
    )


def test_in_check_mode_a_failure_does_not_make_the_others_triggered() -> None:
    scenario = SyncScenario(ids("a", "gone"), list_reply(widget("a")), check_mode=True)
    assert scenario.run.message().endswith(
        "1 of 2 widgets failed: 'gone'. Would ask Microsoft Graph for a gently of widget big a (a)."
    )


def test_a_hint_that_entries_share_with_the_task_is_in_the_error_of_the_task_only() -> None:
    scenario = SyncScenario(ids(GUID, "b", GUID.upper()), batch_reply(REFUSED, OK, REFUSED))
    failure = scenario.run.failure
    assert failure is not None
    assert failure.hint is not None
    errors = [entry["error"] for entry in target_results(scenario.run.targets, failure)]
    assert [error and error["hint"] for error in errors] == [None, None, None]
    assert [error and error["kind"] for error in errors] == [failure.kind, None, failure.kind]
    assert failure.as_dict()["hint"] == failure.hint


def test_a_hint_of_one_entry_alone_stays_in_it() -> None:
    scenario = SyncScenario(ids("a", "b"), batch_reply(REFUSED, NOT_FOUND))
    failure = scenario.run.failure
    assert failure is not None
    hints = [entry["error"]["hint"] for entry in target_results(scenario.run.targets, failure)]
    assert hints[0] == failure.hint
    assert hints[1] not in (None, failure.hint)


def test_of_several_failures_the_first_asked_for_is_the_tasks() -> None:
    scenario = SyncScenario(ids("a", "b"), batch_reply(NOT_FOUND, Reply(500)))
    assert scenario.run.failure is not None
    assert scenario.run.failure.kind == "not_found"
    assert scenario.run.message().endswith("2 of 2 widgets failed: 'a', 'b'.")


def test_a_message_names_ten_that_failed_and_counts_the_rest() -> None:
    scenario = SyncScenario(ids(*[f"w{number}" for number in range(12)]), batch_reply(*[NOT_FOUND] * 12))
    assert "12 of 12 widgets failed: 'w0', 'w1'" in scenario.run.message()
    assert scenario.run.message().endswith("'w9' and 2 more.")
    ten = SyncScenario(ids(*[f"w{number}" for number in range(10)]), batch_reply(*[NOT_FOUND] * 10))
    assert ten.run.message().endswith("'w9'.")


@pytest.mark.parametrize("reply", [Reply(200, {"id": "7"}), Reply(202), Reply(200, "  "), Reply(205)])
def test_another_success_counts_with_a_warning(reply: Reply) -> None:
    scenario = SyncScenario(ids("7"), reply)
    assert scenario.each("action") == ["triggered"]
    (warning,) = scenario.run.warnings
    assert f"answered {reply.status}" in warning
    assert "widget '7'" in warning


def test_other_successes_of_several_are_one_warning() -> None:
    scenario = SyncScenario(ids("a", "b", "c"), batch_reply(Reply(202), OK, Reply(200)))
    (warning,) = scenario.run.warnings
    assert "answered 200, 202 when asked for a gently of 2 widgets ('a', 'c'), where 204 is documented" in warning


def test_a_success_that_is_a_web_page_is_none() -> None:
    scenario = SyncScenario(ids("7"), Reply(200, "<html>log in to this network</html>"))
    assert scenario.each("action") == ["failed"]
    assert scenario.run.failure is not None
    assert scenario.run.failure.kind == "protocol"


def test_nothing_asked_for_needs_no_client() -> None:
    def never() -> t.NoReturn:
        raise AssertionError

    run = SyncRun(never, WIDGET, SyncOptions("gently", Selection()))
    run.run()
    assert (run.targets, run.failure, run.diff()) == ([], None, [])
    assert run.message() == "Nothing to do: no widget was asked for."


def test_a_failed_sign_in_stops_everything_before_the_first() -> None:
    class RefusingClient:
        def sign_in(self, permission: Permission) -> None:
            assert permission.name == "Widgets.ReadWrite.All"
            raise AuthenticationError("no")

    run = SyncRun(
        lambda: t.cast("GraphClient", RefusingClient()), WIDGET, SyncOptions("gently", ids("7"), check_mode=True)
    )
    with pytest.raises(AuthenticationError):
        run.run()
    assert run.targets == []


# --- names, and all


def test_a_name_costs_one_list_and_the_trigger() -> None:
    scenario = SyncScenario(Selection(names=("BIG b",)), list_reply(widget("a"), widget("b")), OK)
    assert scenario.wire == ["GET widgets", "POST widgets/b/polish"]
    assert scenario.each("before") == [
        {"id": "b", "name": "big b", "shine": "bright", "polished": "2026-01-01T12:00:00Z"}
    ]


@pytest.mark.parametrize(
    ("names", "kind"), [(("big b", "nobody"), "not_found"), (("big a",), "options"), (("nobody",), "not_found")]
)
def test_an_unknown_or_ambiguous_name_triggers_nothing(names: tuple[str, ...], kind: str) -> None:
    same_names = list_reply(widget("a"), {**widget("c"), "name": "BIG A"}, widget("b"))
    scenario = SyncScenario(Selection(names=names), same_names)
    assert scenario.error is not None
    assert scenario.error.kind == kind
    assert "big b" in str(scenario.error) or "BIG A" in str(scenario.error)
    assert (scenario.wire, scenario.run.targets) == (["GET widgets"], [])


def test_all_of_a_tenant_are_triggered_in_its_order() -> None:
    first = list_reply(widget("b"), widget("a"), link=f"{BASE}?page=2")
    scenario = SyncScenario(ALL, first, list_reply(widget("c")), batch_reply(OK, OK, OK))
    assert scenario.wire == ["GET widgets", "GET widgets?page=2", BATCH_REQUEST]
    assert scenario.posted == ["b", "a", "c"]
    assert scenario.run.warnings == []


def test_all_of_an_empty_tenant_is_nothing_to_do_and_a_warning_that_says_why() -> None:
    scenario = SyncScenario(ALL, list_reply())
    assert (scenario.wire, scenario.run.targets, scenario.run.failure) == (["GET widgets"], [], None)
    assert scenario.run.message() == "Nothing to do: the tenant has no widgets."
    assert scenario.run.warnings == ["The tenant has no widgets. Widgets are out of fashion."]


def test_a_list_that_cannot_be_read_triggers_nothing() -> None:
    scenario = SyncScenario(ALL, Reply(500))
    assert scenario.error is not None
    assert str(scenario.error).startswith("Could not list the widgets of the tenant: Microsoft Graph answered 500")


@pytest.mark.parametrize("options", [{"check_mode": True}, {"diff": True, "check_mode": True}])
def test_the_services_time_is_missed_only_where_an_age_is_asked_for(options: dict[str, t.Any]) -> None:
    assert SyncScenario(ids("7"), object_reply(widget("7"), date=None), **options).run.warnings == []


def test_in_an_empty_tenant_no_age_is_missed() -> None:
    (warning,) = SyncScenario(ALL, list_reply(date=None), if_older_than=3600).run.warnings
    assert warning.startswith("The tenant has no widgets.")


# --- the permission


@pytest.mark.parametrize("selection", [ids("7"), ids("a", "b"), ALL, Selection(names=("big a",))])
@pytest.mark.parametrize("check_mode", [True, False])
def test_a_read_that_is_refused_names_the_permissions_of_the_whole_task(selection: Selection, check_mode: bool) -> None:
    refused = Reply(403, {"error": {"code": "Forbidden", "message": "no"}})
    credential = FakeCredential(tokens=[jwt({"idtyp": "app"})])
    scenario = SyncScenario(selection, refused, diff=True, check_mode=check_mode, credential=credential)
    assert "Could not read" in str(scenario.error) or "Could not list" in str(scenario.error)
    words = "add the application permissions Widgets.ReadWrite.All and Widgets.Read.All and grant"
    assert words in str(scenario.error)


def test_a_permission_that_includes_reading_is_named_alone() -> None:
    reading = WIDGET.read_permission._replace(implied_by=(WIDGET.sync_permission.name,))
    resource = dataclasses.replace(WIDGET, read_permission=reading)
    credential = FakeCredential(tokens=[jwt({"scp": "Widgets.Read.All"})])
    client = widget_client(FakeSession(Reply(403, {"error": {"code": "Forbidden"}})), FakeClock(), credential)
    with pytest.raises(GraphError, match="add the delegated permission Widgets.ReadWrite.All and grant"):
        SyncRun(lambda: client, resource, SyncOptions("gently", ids("7"), diff=True)).run()


@pytest.mark.parametrize(
    ("wait", "permissions"),
    [(None, ["Widgets.ReadWrite.All"]), (WaitOptions(900.0, 30.0), ["Widgets.ReadWrite.All", "Widgets.Read.All"])],
)
def test_a_user_is_asked_for_all_permissions_at_each_sign_in(wait: WaitOptions | None, permissions: list[str]) -> None:
    class RecordingCredential(FakeCredential):
        """Keeps the permissions that each sign-in asks for."""

        def acquire(self, login: t.Any) -> Token:
            scopes.append([scope.rpartition("/")[2] for scope in login()._scopes])
            return super().acquire(login)

    scopes: list[list[str]] = []
    expired = Reply(401, {"error": {"code": "InvalidAuthenticationToken"}})
    reads = [] if wait is None else [object_reply(widget("7"))]
    polls = [] if wait is None else [object_reply(widget("7", LATER))]
    credential = RecordingCredential(tokens=[jwt({"scp": "one"}), jwt({"scp": "two"})])
    scenario = SyncScenario(ids("7"), *reads, expired, OK, *polls, wait_options=wait, credential=credential)
    assert scenario.each("action") == ["triggered"]
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
    scenario = SyncScenario(
        ids("7"), object_reply(widget("7")), check_mode=True, credential=FakeCredential(tokens=[jwt(claims)])
    )
    assert (scenario.each("action"), scenario.each("changed")) == (["would_trigger"], [True])
    (warning,) = scenario.run.warnings
    assert warning.startswith("Outside check mode the sync would be refused. This is a")
    assert words in warning


@pytest.mark.parametrize("token", [jwt(WRITER), jwt({"scp": "openid Widgets.ReadWrite.All"}), "opaque"])
def test_check_mode_warns_of_no_token_that_holds_the_permission_or_cannot_be_read(token: str) -> None:
    scenario = SyncScenario(
        ids("7"), object_reply(widget("7")), check_mode=True, credential=FakeCredential(tokens=[token])
    )
    assert scenario.run.warnings == []


def test_check_mode_warns_of_no_permission_when_nothing_is_due() -> None:
    young = widget("7", "2026-01-02T11:59:00Z")
    scenario = SyncScenario(
        ids("7"),
        object_reply(young),
        check_mode=True,
        if_older_than=3600,
        credential=FakeCredential(tokens=[jwt(READER)]),
    )
    assert (scenario.each("action"), scenario.run.warnings) == (["skipped"], [])


@pytest.mark.parametrize(("renewed", "warnings"), [(WRITER, 0), ({**READER, "later": True}, 1)])
def test_check_mode_renews_a_cached_token_before_it_warns(renewed: dict[str, t.Any], warnings: int) -> None:
    credential = FakeCredential(tokens=[jwt(READER), jwt(renewed)], from_cache=True)
    scenario = SyncScenario(ids("7"), object_reply(widget("7")), check_mode=True, credential=credential)
    assert (credential.calls, len(scenario.run.warnings)) == (2, warnings)


def test_outside_check_mode_the_permission_is_left_to_the_service() -> None:
    scenario = SyncScenario(ids("7"), OK, credential=FakeCredential(tokens=[jwt(READER)]))
    assert (scenario.each("action"), scenario.run.warnings) == (["triggered"], [])


def test_check_mode_reads_one_by_its_id_and_triggers_nothing() -> None:
    scenario = SyncScenario(ids("7"), object_reply(widget("7")), check_mode=True)
    assert scenario.wire == ["GET widgets/7"]
    assert (scenario.each("action"), scenario.each("changed"), scenario.each("attempts")) == (
        ["would_trigger"],
        [True],
        [0],
    )
    assert scenario.each("before")[0]["shine"] == "bright"
    assert scenario.run.message() == "Would ask Microsoft Graph for a gently of widget big 7 (7)."


def test_check_mode_reads_several_by_the_list_and_finds_who_is_gone() -> None:
    scenario = SyncScenario(ids("B", "gone", "a"), list_reply(widget("A"), widget("b")), check_mode=True)
    assert scenario.wire == ["GET widgets"]
    assert scenario.each("id") == ["B", "gone", "a"]
    assert scenario.each("action") == ["would_trigger", "failed", "would_trigger"]
    assert scenario.run.failure is not None
    assert str(scenario.run.failure) == (
        "Could not find widget 'gone': it is not in the tenant, which has 2 widgets."
        " 'gone' does not look like an ID: to select by name, use widget_name. Count the widgets."
    )


def test_one_that_does_not_exist_fails_in_check_mode() -> None:
    scenario = SyncScenario(ids(GUID), NOT_FOUND, check_mode=True)
    assert scenario.run.message() == (
        f"Could not read widget '{GUID}': Microsoft Graph answered 404 ResourceNotFound: gone (request-id r-404)."
        " Count the widgets."
    )
    assert scenario.each("changed") == [False]


NO_ID = "does not look like an ID: to select by name, use widget_name."
REFUSED = Reply(400, {"error": {"code": "BadRequest", "message": "no"}})


@pytest.mark.parametrize("reply", [NOT_FOUND, REFUSED])
@pytest.mark.parametrize("check_mode", [True, False])
def test_an_id_that_fits_nothing_and_is_none_points_to_the_name(reply: Reply, check_mode: bool) -> None:
    for provided, is_shown in (("EXCH01", True), (GUID, False)):
        scenario = SyncScenario(ids(provided), reply, check_mode=check_mode)
        assert (NO_ID in str(scenario.error or scenario.run.failure)) is is_shown


@pytest.mark.parametrize("reply", [Reply(403, {"error": {"code": "x"}}), Reply(409)])
def test_another_refusal_is_not_blamed_on_the_id(reply: Reply) -> None:
    assert NO_ID not in str(SyncScenario(ids("EXCH01"), reply).run.failure)


def test_an_id_that_was_read_is_not_blamed() -> None:
    for reply, hint in ((NOT_FOUND, "Count the widgets."), (REFUSED, "The service refused the request")):
        failure = str(SyncScenario(ids("7"), object_reply(widget("7")), reply, diff=True).run.failure)
        assert "Could not trigger a gently of widget big 7 (7)" in failure
        assert hint in failure
        assert NO_ID not in failure


@pytest.mark.parametrize(("requested", "present"), [("a", "A"), ("A", "a")])
def test_an_id_is_the_same_in_either_case(requested: str, present: str) -> None:
    assert SyncScenario(ids(requested), object_reply(widget(present)), check_mode=True).each("action") == [
        "would_trigger"
    ]


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply(200, []), "not a widget"),
        (Reply(200, {"id": "6"}), "another widget, '6'. Something on the way"),
        (Reply(200, {"id": "8"}), "another widget, '8'. Something on the way"),
    ],
)
def test_a_read_of_another_shape_names_what_was_being_read(reply: Reply, words: str) -> None:
    scenario = SyncScenario(ids("7"), reply, check_mode=True)
    assert scenario.error is not None
    assert scenario.error.kind == "protocol"
    assert "Could not read widget '7'" in str(scenario.error)
    assert words in str(scenario.error)


# --- only what is older


def test_what_synced_not_long_ago_is_skipped() -> None:
    script = [list_reply(widget("old"), widget("new", LATER), widget("never", None))]
    scenario = SyncScenario(ids("old", "new", "never"), *script, batch_reply(OK, OK), if_older_than=3600)
    assert scenario.each("action") == ["triggered", "skipped", "triggered"]
    assert scenario.posted == ["old", "never"]
    assert scenario.run.warnings == []
    assert scenario.run.message() == (
        "Microsoft Graph accepted a gently of 2 widgets (big old (old), big never (never))."
        " Skipped widget big new (new): its last sync is more recent than if_older_than (3600 s)."
    )
    skipped = scenario.run.targets[1].as_result()
    assert (skipped["name"], skipped["reason"], skipped["retry_after"]) == ("big new", "recent", None)
    assert skipped["message"] == "Its last sync is more recent than if_older_than (3600 s)."


def test_when_all_are_younger_nothing_is_sent_and_nothing_changes() -> None:
    scenario = SyncScenario(ids("new"), object_reply(widget("new", LATER)), if_older_than=3600)
    assert (scenario.wire, scenario.each("changed"), scenario.each("action")) == (
        ["GET widgets/new"],
        [False],
        ["skipped"],
    )


def test_one_that_is_not_there_needs_no_warning_of_the_time() -> None:
    scenario = SyncScenario(ids("gone"), NOT_FOUND, if_older_than=3600)
    assert (scenario.run.warnings, scenario.each("attempts"), scenario.each("action")) == ([], [0], ["failed"])


def test_check_mode_plans_alike() -> None:
    script = [list_reply(widget("old"), widget("new", LATER))]
    scenario = SyncScenario(ALL, *script, if_older_than=3600, check_mode=True)
    assert scenario.each("action") == ["would_trigger", "skipped"]


def test_without_the_services_time_nothing_is_skipped() -> None:
    scenario = SyncScenario(ids("new"), object_reply(widget("new", LATER), date=None), OK, if_older_than=3600)
    assert scenario.each("action") == ["triggered"]
    assert scenario.run.warnings == ["The service did not tell the time, so no age is known and nothing is skipped."]


# --- wait

WAIT_OPTIONS = WaitOptions(timeout=100.0, sleep=30.0)


def test_it_looks_at_all_together_until_each_is_done_and_ends_early() -> None:
    scenario = SyncScenario(
        ids("a", "b"),
        list_reply(widget("a"), widget("b")),
        batch_reply(OK, OK),
        list_reply(widget("a", LATER), widget("b")),
        object_reply(widget("b")),
        object_reply(widget("b", LATER)),
        wait_options=WaitOptions(timeout=900.0, sleep=30.0),
    )
    # The last one is alone by then, and read by its id.
    assert scenario.wire == ["GET widgets", BATCH_REQUEST, "GET widgets", "GET widgets/b", "GET widgets/b"]
    assert scenario.clock.slept == [30.0] * 3
    assert scenario.each("completed") == [True, True]


def test_forty_five_are_one_request_a_round() -> None:
    names = [f"w{number}" for number in range(45)]
    before, after = [widget(name) for name in names], [widget(name, LATER) for name in names]
    triggers = [batch_reply(*[OK] * number) for number in (20, 20, 5)]
    scenario = SyncScenario(
        ids(*names),
        list_reply(*before),
        *triggers,
        list_reply(*before),
        list_reply(*after),
        wait_options=WAIT_OPTIONS,
    )
    assert scenario.wire == ["GET widgets", BATCH_REQUEST, BATCH_REQUEST, BATCH_REQUEST, "GET widgets", "GET widgets"]
    assert scenario.clock.slept == [30.0, 30.0]
    assert scenario.each("completed") == [True] * 45
    assert {after["polished"] for after in scenario.each("after")} == {LATER}
    assert scenario.run.message() == (
        "Microsoft Graph accepted a gently of 45 widgets (big w0 (w0), big w1 (w1), big w2 (w2), big w3 (w3),"
        " big w4 (w4), big w5 (w5), big w6 (w6), big w7 (w7), big w8 (w8), big w9 (w9) and 35 more)."
        " The syncs of 45 widgets have finished: the time of the last sync has moved on."
    )


def test_one_alone_is_looked_at_by_its_id() -> None:
    scenario = SyncScenario(
        ids("a"), object_reply(widget("a")), OK, object_reply(widget("a", LATER)), wait_options=WAIT_OPTIONS
    )
    assert scenario.wire == ["GET widgets/a", "POST widgets/a/polish", "GET widgets/a"]
    assert scenario.each("completed") == [True]
    assert scenario.run.message().endswith(". Its sync has finished: the time of the last sync has moved on.")


def test_several_that_are_skipped_share_a_sentence() -> None:
    scenario = SyncScenario(ids("a", "b"), list_reply(widget("a", LATER), widget("b", LATER)), if_older_than=3600)
    words = "Skipped 2 widgets (big a (a), big b (b)): their last syncs are more recent than if_older_than (3600 s)."
    assert scenario.run.message() == words


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
    scenario = SyncScenario(
        ids("a"),
        object_reply(widget("a", polished)),
        OK,
        object_reply(widget("a", polished)),
        wait_options=WaitOptions(30.0, 30.0),
    )
    assert f"shine bright, {words} Raise wait_timeout" in str(scenario.run.failure)


def test_a_wait_in_vain_first_points_to_the_members_that_cannot_sync() -> None:
    objects_reply = list_reply(widget("a", shine="dull"), widget("b"), widget("c", shine=""))
    scenario = SyncScenario(
        ids("a", "b", "c"), objects_reply, batch_reply(OK, OK, OK), objects_reply, wait_options=WaitOptions(30.0, 30.0)
    )
    hint = "Before you wait longer, check each widget whose shine is not bright. Raise wait_timeout"
    assert scenario.run.failure is not None
    assert str(scenario.run.failure.hint).startswith(hint)


def test_waiting_in_vain_fails_at_the_deadline_with_what_was_seen() -> None:
    polls = [list_reply(widget("a", LATER), widget("b", None, "dull")), *[object_reply(widget("b", None, "dull"))] * 3]
    scenario = SyncScenario(
        ids("a", "b"),
        list_reply(widget("a"), widget("b", None)),
        batch_reply(OK, OK),
        *polls,
        wait_options=WAIT_OPTIONS,
    )
    assert scenario.clock.slept == [30.0, 30.0, 30.0, 10.0]
    failure = scenario.run.failure
    assert failure is not None
    assert failure.kind == "timeout"
    assert str(failure) == (
        "Could not see the gently of 1 of 2 widgets finish:"
        " after 100 s the time of the last sync has not moved on for big b (b), shine dull, last sync unknown."
        " Check this widget before you wait longer: its shine is dull."
        " Raise wait_timeout, or run the module widgets.info later to see"
        " whether the time has moved on. Widgets are out of fashion."
    )
    assert scenario.each("action") == ["triggered", "triggered"]
    assert scenario.each("completed") == [True, False]
    assert scenario.each("changed") == [True, True]
    assert [error and error["kind"] for error in scenario.each("error")] == [None, "timeout"]
    assert scenario.run.message() == (
        "Microsoft Graph accepted a gently of 2 widgets (big a (a), big b (b))."
        f" The sync of widget big a (a) has finished: the time of the last sync has moved on. {failure}"
    )


def test_without_time_to_wait_it_does_not_look() -> None:
    scenario = SyncScenario(ids("a"), object_reply(widget("a")), OK, wait_options=WaitOptions(timeout=0.0, sleep=30.0))
    assert (scenario.clock.slept, scenario.each("completed")) == ([], [False])


def test_the_last_wait_is_as_short_as_what_is_left() -> None:
    scenario = SyncScenario(
        ids("a"),
        *[object_reply(widget("a")), OK, *[object_reply(widget("a"))] * 2],
        wait_options=WaitOptions(30.5, 30.0),
    )
    assert scenario.clock.slept == [30.0, 0.5]


def test_a_look_that_takes_longer_than_is_left_is_the_last() -> None:
    class SlowSession(FakeSession):
        def request(self, *args: t.Any, **kwargs: t.Any) -> requests.Response:
            clock.moment += 50.0
            return super().request(*args, **kwargs)

    clock = FakeClock()
    session = SlowSession(object_reply(widget("a")), OK, *[object_reply(widget("a"))] * 2)
    client = widget_client(session, clock)
    run = SyncRun(lambda: client, WIDGET, SyncOptions("gently", ids("a"), wait_options=WAIT_OPTIONS))
    run.run()
    assert (clock.slept, [target.completed for target in run.targets]) == ([30.0, 20.0], [False])


def test_each_pending_entry_has_a_message_about_itself() -> None:
    objects_reply = list_reply(widget("a"), widget("b", None, "dull"))
    scenario = SyncScenario(
        ids("a", "b"), objects_reply, batch_reply(OK, OK), objects_reply, wait_options=WaitOptions(30.0, 30.0)
    )
    failure = scenario.run.failure
    assert failure is not None
    assert "for big a (a), shine bright, last sync 2026-01-01T12:00:00Z; big b (b), shine dull" in failure.message
    assert [entry["error"]["message"] for entry in target_results(scenario.run.targets, failure)] == [
        f"after 30 s the time of the last sync has not moved on for {seen}"
        for seen in (
            "big a (a), shine bright, last sync 2026-01-01T12:00:00Z",
            "big b (b), shine dull, last sync unknown",
        )
    ]


def test_a_result_of_a_hundred_that_are_pending_stays_small() -> None:
    names = [f"w{number}" for number in range(100)]
    objects_reply = list_reply(*map(widget, names))
    scenario = SyncScenario(
        ids(*names), objects_reply, *[batch_reply(*[OK] * 20)] * 5, objects_reply, wait_options=WaitOptions(30.0, 30.0)
    )
    assert len(json.dumps(target_results(scenario.run.targets, scenario.run.failure))) < 100_000


def test_a_message_tells_of_ten_that_are_pending_and_counts_the_rest() -> None:
    def message(number: int) -> str:
        names = [f"w{one}" for one in range(number)]
        objects_reply = list_reply(*[widget(name, None, shine="") for name in names])
        scenario = SyncScenario(
            ids(*names), objects_reply, batch_reply(*[OK] * number), objects_reply, wait_options=WaitOptions(30.0, 30.0)
        )
        return str(scenario.run.failure)

    assert "big w9 (w9), shine unknown, last sync unknown. Before you wait longer," in message(10)
    assert "big w9 (w9), shine unknown, last sync unknown; and 2 more. Before you wait longer," in message(12)


TRANSIENT_ERRORS = [
    Reply(503, "", {"Retry-After": "5"}),
    Reply(500),
    requests.exceptions.ConnectionError("x", ConnectionResetError()),
]


@pytest.mark.parametrize("transient_error", TRANSIENT_ERRORS)
def test_a_look_that_fails_for_the_moment_is_made_up_for_by_the_next(transient_error: Scripted) -> None:
    scenario = SyncScenario(
        ids("a"),
        object_reply(widget("a")),
        OK,
        transient_error,
        object_reply(widget("a", LATER)),
        wait_options=WAIT_OPTIONS,
    )
    assert scenario.each("completed") == [True]
    assert scenario.clock.slept == [30.0, 30.0]
    assert scenario.client.retry.count == 1


def test_the_service_may_ask_to_look_later_and_is_not_asked_sooner_for_the_deadline() -> None:
    busy = Reply(429, "", {"Retry-After": "50"})
    scenario = SyncScenario(ids("a"), object_reply(widget("a")), OK, busy, busy, wait_options=WAIT_OPTIONS)
    assert scenario.wire == ["GET widgets/a", "POST widgets/a/polish", "GET widgets/a", "GET widgets/a"]
    assert scenario.clock.slept == [30.0, 50.0]
    failure = scenario.run.failure
    assert failure is not None
    assert (failure.kind, failure.retry_after) == ("timeout", 50.0)
    assert "asks to wait 50 s, which is longer than the rest of wait_timeout" in str(failure)


def test_a_wait_that_ends_with_the_deadline_is_waited_for() -> None:
    busy = Reply(429, "", {"Retry-After": "70"})
    scenario = SyncScenario(
        ids("a"), object_reply(widget("a")), OK, busy, object_reply(widget("a", LATER)), wait_options=WAIT_OPTIONS
    )
    assert (scenario.clock.slept, scenario.each("completed")) == ([30.0, 70.0], [True])


def test_a_time_that_cannot_be_read_is_due_and_shows_no_completion() -> None:
    polls = [object_reply(widget("a", LATER)), *[object_reply(widget("a", "later"))] * 3]
    scenario = SyncScenario(
        ids("a"), object_reply(widget("a", "soon")), OK, *polls, wait_options=WAIT_OPTIONS, if_older_than=10**9
    )
    assert (scenario.each("action"), scenario.each("completed")) == (["triggered"], [False])
    assert [scenario.each(key)[0]["polished"] for key in ("before", "after")] == [None, None]
    assert [warning.rpartition(": ")[2] for warning in scenario.run.warnings] == ["'soon'.", "'later'."]
    assert "last sync unknown" in str(scenario.run.failure)


def test_an_error_in_the_body_of_a_success_is_a_failed_trigger() -> None:
    refused = Reply(200, {"error": {"code": "Forbidden", "message": "no"}}, {"request-id": "r-1"})
    scenario = SyncScenario(ids("a"), refused)
    (result,) = [target.as_result() for target in scenario.run.targets]
    assert (result["action"], result["changed"], result["http_status"], result["request_id"]) == (
        "failed",
        False,
        200,
        "r-1",
    )
    assert (result["error"]["kind"], result["error"]["code"]) == ("authorization", "Forbidden")


def test_one_that_is_on_two_pages_is_triggered_once_and_its_name_is_not_ambiguous() -> None:
    for selection in (ALL, Selection(names=("big a",))):
        scenario = SyncScenario(selection, list_reply(widget("a"), link=f"{BASE}?page=2"), list_reply(widget("a")), OK)
        assert scenario.posted == ["a"]


def test_a_last_look_that_failed_is_told_beside_what_was_seen_before() -> None:
    scenario = SyncScenario(ids("a"), object_reply(widget("a")), OK, *[Reply(503)] * 4, wait_options=WAIT_OPTIONS)
    failure = scenario.run.failure
    assert failure is not None
    assert failure.kind == "timeout"
    assert "last sync 2026-01-01T12:00:00Z; the last look failed: Could not read widget big a (a):" in str(failure)


def test_looks_that_fail_for_longer_than_the_budget_end_the_wait() -> None:
    wait_options = WaitOptions(timeout=9000.0, sleep=30.0)
    scenario = SyncScenario(ids("a"), object_reply(widget("a")), OK, *[Reply(503)] * 20, wait_options=wait_options)
    assert scenario.run.failure is not None
    assert (scenario.run.failure.kind, scenario.run.failure.status) == ("service", 503)
    # 120 seconds from the first failed look on.
    assert scenario.clock.slept == [30.0] * 5
    assert str(scenario.run.failure).startswith("Could not see the gently of 1 widget finish: after 150 s the time")
    assert (scenario.each("action"), scenario.each("completed")) == (["triggered"], [False])


@pytest.mark.parametrize(
    ("reply", "kind"), [(Reply(403, {"error": {"code": "x"}}), "authorization"), (Reply(200, []), "protocol")]
)
def test_a_look_that_will_fail_again_ends_the_wait_and_loses_nothing(reply: Reply, kind: str) -> None:
    scenario = SyncScenario(ids("a"), object_reply(widget("a")), OK, reply, wait_options=WAIT_OPTIONS)
    assert scenario.run.failure is not None
    assert scenario.run.failure.kind == kind
    assert "the last look failed: Could not read widget big a (a):" in str(scenario.run.failure)
    assert (scenario.each("action"), scenario.each("completed"), scenario.clock.slept) == (
        ["triggered"],
        [False],
        [30.0],
    )


def test_one_that_is_gone_meanwhile_is_told_as_such() -> None:
    scenario = SyncScenario(ids("a"), object_reply(widget("a")), OK, *[NOT_FOUND] * 4, wait_options=WAIT_OPTIONS)
    assert scenario.each("completed") == [False]
    failure = str(scenario.run.failure)
    assert "big a (a), which is no longer in the tenant. Count the widgets. Raise wait_timeout" in failure


def test_one_that_is_gone_meanwhile_does_not_hide_the_others() -> None:
    polls = [list_reply(widget("b", LATER)), *[NOT_FOUND] * 3]
    scenario = SyncScenario(
        ids("a", "b"), list_reply(widget("a"), widget("b")), batch_reply(OK, OK), *polls, wait_options=WAIT_OPTIONS
    )
    assert scenario.each("completed") == [False, True]


def test_a_trigger_that_failed_is_not_waited_for() -> None:
    script = [list_reply(widget("a"), widget("b")), batch_reply(NOT_FOUND, OK), object_reply(widget("b", LATER))]
    scenario = SyncScenario(ids("a", "b"), *script, wait_options=WAIT_OPTIONS)
    assert scenario.each("completed") == [None, True]
    assert scenario.each("action") == ["failed", "triggered"]


def test_only_what_was_triggered_is_waited_for() -> None:
    script = [list_reply(widget("a"), widget("b", LATER)), OK, object_reply(widget("a", LATER))]
    scenario = SyncScenario(ids("a", "b", "gone"), *script, wait_options=WAIT_OPTIONS, if_older_than=3600)
    assert scenario.each("completed") == [True, None, None]
    assert scenario.each("action") == ["triggered", "skipped", "failed"]


def test_a_failed_trigger_and_a_wait_in_vain_are_both_told() -> None:
    polls = [list_reply(widget("a"), widget("b"))] * 4
    scenario = SyncScenario(
        ids("gone", "a", "b"),
        list_reply(widget("a"), widget("b")),
        batch_reply(OK, OK),
        *polls,
        wait_options=WAIT_OPTIONS,
    )
    message = scenario.run.message()
    assert message.startswith("Could not find widget 'gone'")
    assert message.index("accepted") < message.index("after 100 s")
    assert "1 of 3 widgets failed: 'gone'." in message
    assert "after 100 s the time of the last sync has not moved on for big a" in message


def test_a_wait_in_vain_is_told_once_when_it_is_the_first_failure() -> None:
    scenario = SyncScenario(
        ids("a", "gone"), list_reply(widget("a")), OK, *[object_reply(widget("a"))] * 4, wait_options=WAIT_OPTIONS
    )
    message = scenario.run.message()
    assert scenario.run.failure is not None
    assert scenario.run.failure.kind == "timeout"
    assert message.endswith(str(scenario.run.failure))
    assert message.count("has not moved on") == 1
    assert "1 of 2 widgets failed: 'gone'." in message


def test_members_without_a_name_do_not_hide_the_names_of_others() -> None:
    nameless = {**widget("b"), "name": None}
    scenario = SyncScenario(ALL, list_reply(widget("a"), nameless), batch_reply(OK, OK))
    assert scenario.run.message() == "Microsoft Graph accepted a gently of 2 widgets (big a (a), 'b')."


def test_in_check_mode_nothing_is_waited_for() -> None:
    scenario = SyncScenario(ids("a"), object_reply(widget("a")), wait_options=WAIT_OPTIONS, check_mode=True)
    assert (scenario.clock.slept, scenario.each("completed")) == ([], [None])


# --- diff


def test_a_diff_is_a_pair_for_each_headed_by_its_name_and_id() -> None:
    scenario = SyncScenario(ids("a"), object_reply(widget("a")), OK, diff=True)
    assert scenario.wire == ["GET widgets/a", "POST widgets/a/polish"]
    seen = {"polished": "2026-01-01T12:00:00Z", "shine": "bright"}
    assert scenario.run.diff() == [
        {
            "before_header": "big a (a)",
            "after_header": "big a (a)",
            "before": {**seen, "requested": None},
            "after": {**seen, "requested": "gently"},
        }
    ]


@pytest.mark.parametrize("check_mode", [True, False])
def test_what_is_skipped_does_not_differ(check_mode: bool) -> None:
    scenario = SyncScenario(
        ids("a"), object_reply(widget("a", LATER)), diff=True, if_older_than=3600, check_mode=check_mode
    )
    (pair,) = scenario.run.diff()
    assert pair["before"] == pair["after"]


def test_after_a_wait_the_diff_shows_what_was_seen() -> None:
    scenario = SyncScenario(
        ids("a"), object_reply(widget("a")), OK, object_reply(widget("a", LATER)), diff=True, wait_options=WAIT_OPTIONS
    )
    (pair,) = scenario.run.diff()
    assert (pair["before"]["polished"], pair["after"]["polished"]) == ("2026-01-01T12:00:00Z", LATER)


def test_one_that_was_not_there_has_no_part_in_the_diff() -> None:
    scenario = SyncScenario(ids("a", "gone"), list_reply(widget("a")), OK, diff=True)
    assert [pair["before_header"] for pair in scenario.run.diff()] == ["big a (a)"]


# --- the counts


def test_counts_say_what_became_of_each() -> None:
    scenario = SyncScenario(
        ids("a", "b", "gone", "new"),
        list_reply(widget("a"), widget("b"), widget("new", LATER)),
        batch_reply(OK, OK),
        *[
            list_reply(widget("a", LATER), widget("b")),
            object_reply(widget("b")),
            object_reply(widget("b")),
            object_reply(widget("b")),
        ],
        if_older_than=3600,
        wait_options=WAIT_OPTIONS,
    )
    assert count_targets(scenario.run.targets) == {
        "total": 4,
        "triggered": 2,
        "would_trigger": 0,
        "skipped": 1,
        "failed": 1,
        "completed": 1,
        "pending": 1,
    }


def test_counts_of_check_mode_and_of_nothing() -> None:
    scenario = SyncScenario(ids("a", "b"), list_reply(widget("a"), widget("b")), check_mode=True)
    counts = count_targets(scenario.run.targets)
    assert (counts["total"], counts["would_trigger"], counts["triggered"], counts["pending"]) == (2, 2, 0, 0)
    assert set(count_targets([]).values()) == {0}


# --- the resource


def test_nothing_in_an_id_ends_its_segment_of_the_path() -> None:
    assert WIDGET.path("a/b?c#d") == "widgets/a%2Fb%3Fc%23d"


def test_a_member_is_called_by_the_first_name_that_it_has() -> None:
    named = dataclasses.replace(WIDGET, name_keys=("nickname", "name", "shine"))
    assert named.name_and_id({"id": "7", "nickname": None, "name": "big", "shine": "dull"}) == "big (7)"
