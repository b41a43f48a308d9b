# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run syncs of an invented resource with scripted answers."""

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
from ansible_collections.msgraph.intune.plugins.module_utils._intune.sync_report import diff, message
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
    POLISH,
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


def sync_options(selection: Selection, *, wait_options: WaitOptions | None = None, **options: t.Any) -> SyncOptions:
    """Return the options of a run. With ``wait_options`` the run waits."""
    if wait_options is not None:
        options |= {"wait": True, "wait_options": wait_options}
    return SyncOptions(selection, "gently", **options)


class SyncScenario:
    """Runs a sync with scripted answers, and stores the requests, the sleeps and the outcome."""

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
        self.run = SyncRun(lambda: self.client, WIDGET, POLISH, sync_options(selection, **options))
        self.error: GraphError | None = None
        try:
            self.run.run()
        except GraphError as exc:
            self.error = exc

    @property
    def message(self) -> str:
        return message(self.run)

    @property
    def diff(self) -> list[dict[str, t.Any]]:
        return diff(self.run)

    @property
    def wire(self) -> list[str]:
        return [line.replace(BASE, "widgets") for line in self.session.wire]

    def each(self, key: str) -> list[t.Any]:
        return [target.as_result(with_sync_type=True)[key] for target in self.run.targets]

    @property
    def posted(self) -> list[str]:
        """Return the IDs of the triggered objects, of single requests and of batches."""
        single = [line.split("/")[-2] for line in self.session.wire if line.endswith("/polish")]
        batches = [sent.json()["requests"] for sent in self.session.sent if sent.url.endswith("$batch")]
        return single + [item["url"].split("/")[2] for batch in batches for item in batch]


# --- trigger


def test_one_id_sends_one_request_and_204_means_triggered() -> None:
    scenario = SyncScenario(ids("7"), Reply(204, headers={"request-id": "r-1"}))
    assert scenario.wire == ["POST widgets/7/polish"]
    assert scenario.session.sent[0].json() == {"syncType": "gently"}
    (result,) = [target.as_result(with_sync_type=True) for target in scenario.run.targets]
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
    assert scenario.message == "Microsoft Graph accepted a gently of widget '7'."
    assert scenario.run.failure is None


def test_all_special_characters_of_an_id_are_quoted() -> None:
    assert SyncScenario(ids("a b%c;d"), OK).wire == ["POST widgets/a%20b%25c%3Bd/polish"]


def test_forty_five_ids_are_sent_in_three_batches_and_reported_in_the_requested_order() -> None:
    names = [f"w{number}" for number in range(45)]
    scenario = SyncScenario(ids(*names), *[batch_reply(*[OK] * number) for number in (20, 20, 5)])
    assert scenario.wire == [BATCH_REQUEST] * 3
    assert scenario.each("id") == names
    assert scenario.posted == names
    assert scenario.message == (
        "Microsoft Graph accepted a gently of 45 widgets ('w0', 'w1', 'w2', 'w3', 'w4', 'w5', 'w6', 'w7', 'w8', 'w9'"
        " and 35 more)."
    )


def test_a_failed_object_does_not_stop_the_others() -> None:
    scenario = SyncScenario(ids("a", "gone", "b"), batch_reply(OK, NOT_FOUND, OK))
    assert scenario.each("action") == ["triggered", "failed", "triggered"]
    assert scenario.each("changed") == [True, False, True]
    failed = scenario.run.targets[1].as_result(with_sync_type=True)
    assert (failed["http_status"], failed["attempts"], failed["request_id"]) == (404, 1, "r-404")
    assert failed["error"]["kind"] == "not_found"
    assert scenario.message == (
        "Could not trigger a gently of widget 'gone': Microsoft Graph answered 404 ResourceNotFound: gone"
        " (request-id r-404). 'gone' does not look like an ID: to select by name, use widget_name. Count the widgets."
        " 1 of 3 widgets failed: 'gone'."
        " 2 of 3 were triggered: Microsoft Graph accepted a gently of 2 widgets ('a', 'b')."
    )


def test_in_check_mode_the_message_about_a_failure_counts_no_triggered_syncs() -> None:
    scenario = SyncScenario(ids("a", "gone"), list_reply(widget("a")), check_mode=True)
    assert scenario.message.endswith(
        "1 of 2 widgets failed: 'gone'. Would ask Microsoft Graph for a gently of widget big a (a)."
    )


def test_a_hint_of_several_entries_is_only_in_the_error_of_the_task() -> None:
    scenario = SyncScenario(ids(GUID, "b", GUID.upper()), batch_reply(REFUSED, OK, REFUSED))
    failure = scenario.run.failure
    assert failure is not None
    assert failure.hint is not None
    errors = [entry["error"] for entry in target_results(scenario.run.targets, failure, with_sync_type=True)]
    assert [error and error["hint"] for error in errors] == [None, None, None]
    assert [error and error["kind"] for error in errors] == [failure.kind, None, failure.kind]
    assert failure.as_dict()["hint"] == failure.hint


def test_a_hint_of_one_entry_stays_in_the_entry() -> None:
    scenario = SyncScenario(ids("a", "b"), batch_reply(REFUSED, NOT_FOUND))
    failure = scenario.run.failure
    assert failure is not None
    hints = [entry["error"]["hint"] for entry in target_results(scenario.run.targets, failure, with_sync_type=True)]
    assert hints[0] == failure.hint
    assert hints[1] not in (None, failure.hint)


def test_the_first_failure_in_the_requested_order_is_the_error_of_the_task() -> None:
    scenario = SyncScenario(ids("a", "b"), batch_reply(NOT_FOUND, Reply(500)))
    assert scenario.run.failure is not None
    assert scenario.run.failure.kind == "not_found"
    assert scenario.message.endswith("2 of 2 widgets failed: 'a', 'b'.")


def test_a_message_lists_ten_failed_objects_and_counts_the_others() -> None:
    scenario = SyncScenario(ids(*[f"w{number}" for number in range(12)]), batch_reply(*[NOT_FOUND] * 12))
    assert "12 of 12 widgets failed: 'w0', 'w1'" in scenario.message
    assert scenario.message.endswith("'w9' and 2 more.")
    ten = SyncScenario(ids(*[f"w{number}" for number in range(10)]), batch_reply(*[NOT_FOUND] * 10))
    assert ten.message.endswith("'w9'.")


@pytest.mark.parametrize("reply", [Reply(200, {"id": "7"}), Reply(202), Reply(200, "  "), Reply(205)])
def test_another_success_status_counts_as_triggered_with_a_warning(reply: Reply) -> None:
    scenario = SyncScenario(ids("7"), reply)
    assert scenario.each("action") == ["triggered"]
    (warning,) = scenario.run.warnings
    assert f"answered {reply.status}" in warning
    assert "widget '7'" in warning


def test_several_other_success_statuses_cause_one_warning() -> None:
    scenario = SyncScenario(ids("a", "b", "c"), batch_reply(Reply(202), OK, Reply(200)))
    (warning,) = scenario.run.warnings
    assert "answered 200, 202 when asked for a gently of 2 widgets ('a', 'c'), where 204 is documented" in warning


def test_a_success_status_with_a_web_page_is_a_protocol_error() -> None:
    scenario = SyncScenario(ids("7"), Reply(200, "<html>log in to this network</html>"))
    assert scenario.each("action") == ["failed"]
    assert scenario.run.failure is not None
    assert scenario.run.failure.kind == "protocol"


def test_an_empty_selection_builds_no_client() -> None:
    def never() -> t.NoReturn:
        raise AssertionError

    run = SyncRun(never, WIDGET, POLISH, sync_options(Selection()))
    run.run()
    assert (run.targets, run.failure, diff(run)) == ([], None, [])
    assert message(run) == "Nothing to do: no widget was asked for."


def test_a_failed_sign_in_triggers_nothing() -> None:
    class RefusingClient:
        def sign_in(self, permission: Permission) -> None:
            assert permission.name == "Widgets.ReadWrite.All"
            raise AuthenticationError("no")

    run = SyncRun(
        lambda: t.cast("GraphClient", RefusingClient()), WIDGET, POLISH, sync_options(ids("7"), check_mode=True)
    )
    with pytest.raises(AuthenticationError):
        run.run()
    assert run.targets == []


# --- select by name, and all objects


def test_a_name_costs_one_list_request_and_the_trigger() -> None:
    scenario = SyncScenario(Selection(names=("BIG b",)), list_reply(widget("a"), widget("b")), OK)
    assert scenario.wire == ["GET widgets", "POST widgets/b/polish"]
    assert scenario.each("before") == [
        {"id": "b", "name": "big b", "shine": "bright", "polished": "2026-01-01T12:00:00Z"}
    ]


@pytest.mark.parametrize(
    ("names", "kind"), [(("big b", "unknown"), "not_found"), (("big a",), "options"), (("unknown",), "not_found")]
)
def test_an_unknown_or_ambiguous_name_triggers_nothing(names: tuple[str, ...], kind: str) -> None:
    same_names = list_reply(widget("a"), {**widget("c"), "name": "BIG A"}, widget("b"))
    scenario = SyncScenario(Selection(names=names), same_names)
    assert scenario.error is not None
    assert scenario.error.kind == kind
    assert "big b" in str(scenario.error) or "BIG A" in str(scenario.error)
    assert (scenario.wire, scenario.run.targets) == (["GET widgets"], [])


def test_all_objects_are_triggered_in_the_order_of_the_service() -> None:
    first = list_reply(widget("b"), widget("a"), next_link=f"{BASE}?page=2")
    scenario = SyncScenario(ALL, first, list_reply(widget("c")), batch_reply(OK, OK, OK))
    assert scenario.wire == ["GET widgets", "GET widgets?page=2", BATCH_REQUEST]
    assert scenario.posted == ["b", "a", "c"]
    assert scenario.run.warnings == []


def test_all_objects_of_an_empty_tenant_trigger_nothing_and_cause_a_warning() -> None:
    scenario = SyncScenario(ALL, list_reply())
    assert (scenario.wire, scenario.run.targets, scenario.run.failure) == (["GET widgets"], [], None)
    assert scenario.message == "Nothing to do: the tenant has no widgets."
    assert scenario.run.warnings == ["The tenant has no widgets. Widgets are out of fashion."]


def test_a_list_that_cannot_be_read_triggers_nothing() -> None:
    scenario = SyncScenario(ALL, Reply(500))
    assert scenario.error is not None
    assert str(scenario.error).startswith("Could not list the widgets of the tenant: Microsoft Graph answered 500")


@pytest.mark.parametrize("options", [{"check_mode": True}, {"diff": True, "check_mode": True}])
def test_a_missing_date_header_causes_a_warning_only_with_if_older_than(options: dict[str, t.Any]) -> None:
    assert SyncScenario(ids("7"), object_reply(widget("7"), date=None), **options).run.warnings == []


def test_an_empty_tenant_causes_no_warning_about_the_date_header() -> None:
    (warning,) = SyncScenario(ALL, list_reply(date=None), if_older_than=3600).run.warnings
    assert warning.startswith("The tenant has no widgets.")


# --- permissions


@pytest.mark.parametrize("selection", [ids("7"), ids("a", "b"), ALL, Selection(names=("big a",))])
@pytest.mark.parametrize("check_mode", [True, False])
def test_a_refused_read_names_the_permissions_of_the_whole_task(selection: Selection, check_mode: bool) -> None:
    refused = Reply(403, {"error": {"code": "Forbidden", "message": "no"}})
    credential = FakeCredential(tokens=[jwt({"idtyp": "app"})])
    scenario = SyncScenario(selection, refused, diff=True, check_mode=check_mode, credential=credential)
    assert "Could not read" in str(scenario.error) or "Could not list" in str(scenario.error)
    words = "add the application permissions Widgets.ReadWrite.All and Widgets.Read.All and grant"
    assert words in str(scenario.error)


def test_a_permission_that_includes_reading_is_the_only_one_named() -> None:
    reading = WIDGET.read_permission._replace(implied_by=(POLISH.permission.name,))
    resource = dataclasses.replace(WIDGET, read_permission=reading)
    credential = FakeCredential(tokens=[jwt({"scp": "Widgets.Read.All"})])
    client = widget_client(FakeSession(Reply(403, {"error": {"code": "Forbidden"}})), FakeClock(), credential)
    with pytest.raises(GraphError, match="add the delegated permission Widgets.ReadWrite.All and grant"):
        SyncRun(lambda: client, resource, POLISH, sync_options(ids("7"), diff=True)).run()


@pytest.mark.parametrize(
    ("wait", "permissions"),
    [(None, ["Widgets.ReadWrite.All"]), (WaitOptions(900.0, 30.0), ["Widgets.ReadWrite.All", "Widgets.Read.All"])],
)
def test_each_sign_in_of_a_user_requests_all_permissions(wait: WaitOptions | None, permissions: list[str]) -> None:
    class RecordingCredential(FakeCredential):
        """Records the permissions that each sign-in requests."""

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
def test_check_mode_does_not_warn_if_the_token_has_the_permission_or_is_opaque(token: str) -> None:
    scenario = SyncScenario(
        ids("7"), object_reply(widget("7")), check_mode=True, credential=FakeCredential(tokens=[token])
    )
    assert scenario.run.warnings == []


def test_check_mode_does_not_warn_about_permissions_if_nothing_is_due() -> None:
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


def test_outside_check_mode_the_client_does_not_check_the_permission() -> None:
    scenario = SyncScenario(ids("7"), OK, credential=FakeCredential(tokens=[jwt(READER)]))
    assert (scenario.each("action"), scenario.run.warnings) == (["triggered"], [])


def test_check_mode_reads_one_id_directly_and_triggers_nothing() -> None:
    scenario = SyncScenario(ids("7"), object_reply(widget("7")), check_mode=True)
    assert scenario.wire == ["GET widgets/7"]
    assert (scenario.each("action"), scenario.each("changed"), scenario.each("attempts")) == (
        ["would_trigger"],
        [True],
        [0],
    )
    assert scenario.each("before")[0]["shine"] == "bright"
    assert scenario.message == "Would ask Microsoft Graph for a gently of widget big 7 (7)."


def test_check_mode_reads_several_ids_with_the_list_and_reports_missing_ones() -> None:
    scenario = SyncScenario(ids("B", "gone", "a"), list_reply(widget("A"), widget("b")), check_mode=True)
    assert scenario.wire == ["GET widgets"]
    assert scenario.each("id") == ["B", "gone", "a"]
    assert scenario.each("action") == ["would_trigger", "failed", "would_trigger"]
    assert scenario.run.failure is not None
    assert str(scenario.run.failure) == (
        "Could not find widget 'gone': it is not in the tenant, which has 2 widgets."
        " 'gone' does not look like an ID: to select by name, use widget_name. Count the widgets."
    )


def test_an_id_that_does_not_exist_fails_in_check_mode() -> None:
    scenario = SyncScenario(ids(GUID), NOT_FOUND, check_mode=True)
    assert scenario.message == (
        f"Could not read widget '{GUID}': Microsoft Graph answered 404 ResourceNotFound: gone (request-id r-404)."
        " Count the widgets."
    )
    assert scenario.each("changed") == [False]


NO_ID = "does not look like an ID: to select by name, use widget_name."
REFUSED = Reply(400, {"error": {"code": "BadRequest", "message": "no"}})


@pytest.mark.parametrize("reply", [NOT_FOUND, REFUSED])
@pytest.mark.parametrize("check_mode", [True, False])
def test_a_missing_id_that_does_not_look_like_an_id_causes_a_hint_about_names(reply: Reply, check_mode: bool) -> None:
    for provided, is_shown in (("EXCH01", True), (GUID, False)):
        scenario = SyncScenario(ids(provided), reply, check_mode=check_mode)
        assert (NO_ID in str(scenario.error or scenario.run.failure)) is is_shown


@pytest.mark.parametrize("reply", [Reply(403, {"error": {"code": "x"}}), Reply(409)])
def test_another_error_status_causes_no_hint_about_names(reply: Reply) -> None:
    assert NO_ID not in str(SyncScenario(ids("EXCH01"), reply).run.failure)


def test_an_id_that_was_read_before_causes_no_hint_about_names() -> None:
    for reply, hint in ((NOT_FOUND, "Count the widgets."), (REFUSED, "The service refused the request")):
        failure = str(SyncScenario(ids("7"), object_reply(widget("7")), reply, diff=True).run.failure)
        assert "Could not trigger a gently of widget big 7 (7)" in failure
        assert hint in failure
        assert NO_ID not in failure


@pytest.mark.parametrize(("requested", "present"), [("a", "A"), ("A", "a")])
def test_ids_are_compared_without_regard_to_case(requested: str, present: str) -> None:
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
def test_an_answer_of_another_shape_causes_an_error_that_names_the_object(reply: Reply, words: str) -> None:
    scenario = SyncScenario(ids("7"), reply, check_mode=True)
    assert scenario.error is not None
    assert scenario.error.kind == "protocol"
    assert "Could not read widget '7'" in str(scenario.error)
    assert words in str(scenario.error)


# --- if_older_than


def test_objects_that_synced_recently_are_skipped() -> None:
    script = [list_reply(widget("old"), widget("new", LATER), widget("never", None))]
    scenario = SyncScenario(ids("old", "new", "never"), *script, batch_reply(OK, OK), if_older_than=3600)
    assert scenario.each("action") == ["triggered", "skipped", "triggered"]
    assert scenario.posted == ["old", "never"]
    assert scenario.run.warnings == []
    assert scenario.message == (
        "Microsoft Graph accepted a gently of 2 widgets (big old (old), big never (never))."
        " Skipped widget big new (new): its last sync is more recent than if_older_than (3600 s)."
    )
    skipped = scenario.run.targets[1].as_result(with_sync_type=True)
    assert (skipped["name"], skipped["reason"], skipped["retry_after"]) == ("big new", "recent", None)
    assert skipped["message"] == "Its last sync is more recent than if_older_than (3600 s)."


def test_if_all_objects_synced_recently_nothing_is_triggered_or_changed() -> None:
    scenario = SyncScenario(ids("new"), object_reply(widget("new", LATER)), if_older_than=3600)
    assert (scenario.wire, scenario.each("changed"), scenario.each("action")) == (
        ["GET widgets/new"],
        [False],
        ["skipped"],
    )


def test_a_missing_object_causes_no_warning_about_the_date_header() -> None:
    scenario = SyncScenario(ids("gone"), NOT_FOUND, if_older_than=3600)
    assert (scenario.run.warnings, scenario.each("attempts"), scenario.each("action")) == ([], [0], ["failed"])


def test_check_mode_skips_the_same_objects() -> None:
    script = [list_reply(widget("old"), widget("new", LATER))]
    scenario = SyncScenario(ALL, *script, if_older_than=3600, check_mode=True)
    assert scenario.each("action") == ["would_trigger", "skipped"]


def test_without_a_date_header_nothing_is_skipped() -> None:
    scenario = SyncScenario(ids("new"), object_reply(widget("new", LATER), date=None), OK, if_older_than=3600)
    assert scenario.each("action") == ["triggered"]
    assert scenario.run.warnings == [
        "The response has no valid Date header, so no age is known and if_older_than skips no object."
    ]


# --- wait

WAIT_OPTIONS = WaitOptions(timeout=100.0, sleep=30.0)


def test_pending_objects_are_polled_together_until_all_syncs_completed() -> None:
    scenario = SyncScenario(
        ids("a", "b"),
        list_reply(widget("a"), widget("b")),
        batch_reply(OK, OK),
        list_reply(widget("a", LATER), widget("b")),
        object_reply(widget("b")),
        object_reply(widget("b", LATER)),
        wait_options=WaitOptions(timeout=900.0, sleep=30.0),
    )
    # When only one object is pending, it is read by its ID.
    assert scenario.wire == ["GET widgets", BATCH_REQUEST, "GET widgets", "GET widgets/b", "GET widgets/b"]
    assert scenario.clock.slept == [30.0] * 3
    assert scenario.each("completed") == [True, True]


def test_forty_five_objects_need_one_request_for_each_poll() -> None:
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
    assert scenario.message == (
        "Microsoft Graph accepted a gently of 45 widgets (big w0 (w0), big w1 (w1), big w2 (w2), big w3 (w3),"
        " big w4 (w4), big w5 (w5), big w6 (w6), big w7 (w7), big w8 (w8), big w9 (w9) and 35 more)."
        " The syncs of 45 widgets have finished: the time of the last sync has moved on."
    )


def test_a_single_object_is_polled_by_its_id() -> None:
    scenario = SyncScenario(
        ids("a"), object_reply(widget("a")), OK, object_reply(widget("a", LATER)), wait_options=WAIT_OPTIONS
    )
    assert scenario.wire == ["GET widgets/a", "POST widgets/a/polish", "GET widgets/a"]
    assert scenario.each("completed") == [True]
    assert scenario.message.endswith(". Its sync has finished: the time of the last sync has moved on.")


def test_several_skipped_objects_share_one_sentence() -> None:
    scenario = SyncScenario(ids("a", "b"), list_reply(widget("a", LATER), widget("b", LATER)), if_older_than=3600)
    words = "Skipped 2 widgets (big a (a), big b (b)): their last syncs are more recent than if_older_than (3600 s)."
    assert scenario.message == words


@pytest.mark.parametrize(
    ("polished", "words"),
    [
        ("0001-01-01T00:00:00Z", "last sync never."),
        ("yesterday", "last sync unknown."),
        (None, "last sync unknown."),
        ("2026-01-01T12:00:00Z", "last sync 2026-01-01T12:00:00Z."),
    ],
)
def test_the_timeout_message_shows_the_last_sync(polished: str | None, words: str) -> None:
    scenario = SyncScenario(
        ids("a"),
        object_reply(widget("a", polished)),
        OK,
        object_reply(widget("a", polished)),
        wait_options=WaitOptions(30.0, 30.0),
    )
    assert f"shine bright, {words} Raise wait_timeout" in str(scenario.run.failure)


def test_the_timeout_hint_first_mentions_the_objects_that_cannot_sync() -> None:
    objects_reply = list_reply(widget("a", shine="dull"), widget("b"), widget("c", shine=""))
    scenario = SyncScenario(
        ids("a", "b", "c"), objects_reply, batch_reply(OK, OK, OK), objects_reply, wait_options=WaitOptions(30.0, 30.0)
    )
    hint = "Before you wait longer, check each widget whose shine is not bright. Raise wait_timeout"
    assert scenario.run.failure is not None
    assert str(scenario.run.failure.hint).startswith(hint)


def test_at_the_timeout_pending_syncs_fail_with_their_last_states() -> None:
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
        " whether the sync has completed. Widgets are out of fashion."
    )
    assert scenario.each("action") == ["triggered", "triggered"]
    assert scenario.each("completed") == [True, False]
    assert scenario.each("changed") == [True, True]
    assert [error and error["kind"] for error in scenario.each("error")] == [None, "timeout"]
    assert scenario.message == (
        "Microsoft Graph accepted a gently of 2 widgets (big a (a), big b (b))."
        f" The sync of widget big a (a) has finished: the time of the last sync has moved on. {failure}"
    )


def test_with_a_timeout_of_zero_nothing_is_polled() -> None:
    scenario = SyncScenario(ids("a"), object_reply(widget("a")), OK, wait_options=WaitOptions(timeout=0.0, sleep=30.0))
    assert (scenario.clock.slept, scenario.each("completed")) == ([], [False])


def test_the_last_sleep_is_cut_to_the_rest_of_the_timeout() -> None:
    scenario = SyncScenario(
        ids("a"),
        *[object_reply(widget("a")), OK, *[object_reply(widget("a"))] * 2],
        wait_options=WaitOptions(30.5, 30.0),
    )
    assert scenario.clock.slept == [30.0, 0.5]


def test_a_poll_that_ends_after_the_timeout_is_the_last_one() -> None:
    class SlowSession(FakeSession):
        def request(self, *args: t.Any, **kwargs: t.Any) -> requests.Response:
            clock.moment += 50.0
            return super().request(*args, **kwargs)

    clock = FakeClock()
    session = SlowSession(object_reply(widget("a")), OK, *[object_reply(widget("a"))] * 2)
    client = widget_client(session, clock)
    run = SyncRun(lambda: client, WIDGET, POLISH, sync_options(ids("a"), wait_options=WAIT_OPTIONS))
    run.run()
    assert (clock.slept, [target.completed for target in run.targets]) == ([30.0, 20.0], [False])


def test_each_pending_entry_has_a_message_about_its_own_object() -> None:
    objects_reply = list_reply(widget("a"), widget("b", None, "dull"))
    scenario = SyncScenario(
        ids("a", "b"), objects_reply, batch_reply(OK, OK), objects_reply, wait_options=WaitOptions(30.0, 30.0)
    )
    failure = scenario.run.failure
    assert failure is not None
    assert "for big a (a), shine bright, last sync 2026-01-01T12:00:00Z; big b (b), shine dull" in failure.message
    assert [
        entry["error"]["message"] for entry in target_results(scenario.run.targets, failure, with_sync_type=True)
    ] == [
        f"after 30 s the time of the last sync has not moved on for {seen}"
        for seen in (
            "big a (a), shine bright, last sync 2026-01-01T12:00:00Z",
            "big b (b), shine dull, last sync unknown",
        )
    ]


def test_the_result_of_a_hundred_pending_objects_is_small() -> None:
    names = [f"w{number}" for number in range(100)]
    objects_reply = list_reply(*map(widget, names))
    scenario = SyncScenario(
        ids(*names), objects_reply, *[batch_reply(*[OK] * 20)] * 5, objects_reply, wait_options=WaitOptions(30.0, 30.0)
    )
    assert len(json.dumps(target_results(scenario.run.targets, scenario.run.failure, with_sync_type=True))) < 100_000


def test_the_timeout_message_lists_ten_pending_objects_and_counts_the_others() -> None:
    def message(number: int) -> str:
        names = [f"w{index}" for index in range(number)]
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
def test_after_a_transient_error_the_next_poll_follows(transient_error: Scripted) -> None:
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


def test_a_retry_after_beyond_the_timeout_ends_the_wait_without_an_earlier_poll() -> None:
    busy = Reply(429, "", {"Retry-After": "50"})
    scenario = SyncScenario(ids("a"), object_reply(widget("a")), OK, busy, busy, wait_options=WAIT_OPTIONS)
    assert scenario.wire == ["GET widgets/a", "POST widgets/a/polish", "GET widgets/a", "GET widgets/a"]
    assert scenario.clock.slept == [30.0, 50.0]
    failure = scenario.run.failure
    assert failure is not None
    assert (failure.kind, failure.retry_after) == ("timeout", 50.0)
    assert "asks to wait 50 s, which is longer than the rest of wait_timeout" in str(failure)


def test_a_retry_after_that_ends_at_the_timeout_is_waited_for() -> None:
    busy = Reply(429, "", {"Retry-After": "70"})
    scenario = SyncScenario(
        ids("a"), object_reply(widget("a")), OK, busy, object_reply(widget("a", LATER)), wait_options=WAIT_OPTIONS
    )
    assert (scenario.clock.slept, scenario.each("completed")) == ([30.0, 70.0], [True])


def test_an_object_with_an_unreadable_time_is_due_and_never_counts_as_completed() -> None:
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
    (result,) = [target.as_result(with_sync_type=True) for target in scenario.run.targets]
    assert (result["action"], result["changed"], result["http_status"], result["request_id"]) == (
        "failed",
        False,
        200,
        "r-1",
    )
    assert (result["error"]["kind"], result["error"]["code"]) == ("authorization", "Forbidden")


def test_an_object_on_two_pages_is_triggered_once_and_its_name_is_not_ambiguous() -> None:
    for selection in (ALL, Selection(names=("big a",))):
        scenario = SyncScenario(
            selection, list_reply(widget("a"), next_link=f"{BASE}?page=2"), list_reply(widget("a")), OK
        )
        assert scenario.posted == ["a"]


def test_the_timeout_message_shows_the_error_of_the_last_poll_and_the_last_state() -> None:
    scenario = SyncScenario(ids("a"), object_reply(widget("a")), OK, *[Reply(503)] * 4, wait_options=WAIT_OPTIONS)
    failure = scenario.run.failure
    assert failure is not None
    assert failure.kind == "timeout"
    assert "last sync 2026-01-01T12:00:00Z; the last look failed: Could not read widget big a (a):" in str(failure)


def test_polls_that_fail_for_longer_than_the_retry_budget_end_the_wait() -> None:
    wait_options = WaitOptions(timeout=9000.0, sleep=30.0)
    scenario = SyncScenario(ids("a"), object_reply(widget("a")), OK, *[Reply(503)] * 20, wait_options=wait_options)
    assert scenario.run.failure is not None
    assert (scenario.run.failure.kind, scenario.run.failure.status) == ("service", 503)
    # The retry budget of 120 seconds starts with the first failed poll.
    assert scenario.clock.slept == [30.0] * 5
    assert str(scenario.run.failure).startswith("Could not see the gently of 1 widget finish: after 150 s the time")
    assert (scenario.each("action"), scenario.each("completed")) == (["triggered"], [False])


@pytest.mark.parametrize(
    ("reply", "kind"), [(Reply(403, {"error": {"code": "x"}}), "authorization"), (Reply(200, []), "protocol")]
)
def test_a_permanent_error_of_a_poll_ends_the_wait_and_the_syncs_stay_triggered(reply: Reply, kind: str) -> None:
    scenario = SyncScenario(ids("a"), object_reply(widget("a")), OK, reply, wait_options=WAIT_OPTIONS)
    assert scenario.run.failure is not None
    assert scenario.run.failure.kind == kind
    assert "the last look failed: Could not read widget big a (a):" in str(scenario.run.failure)
    assert (scenario.each("action"), scenario.each("completed"), scenario.clock.slept) == (
        ["triggered"],
        [False],
        [30.0],
    )


def test_an_object_that_disappears_during_the_wait_is_reported() -> None:
    scenario = SyncScenario(ids("a"), object_reply(widget("a")), OK, *[NOT_FOUND] * 4, wait_options=WAIT_OPTIONS)
    assert scenario.each("completed") == [False]
    failure = str(scenario.run.failure)
    assert "big a (a), which is no longer in the tenant. Count the widgets. Raise wait_timeout" in failure


def test_an_object_that_disappears_during_the_wait_does_not_hide_the_others() -> None:
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


def test_only_triggered_syncs_are_waited_for() -> None:
    script = [list_reply(widget("a"), widget("b", LATER)), OK, object_reply(widget("a", LATER))]
    scenario = SyncScenario(ids("a", "b", "gone"), *script, wait_options=WAIT_OPTIONS, if_older_than=3600)
    assert scenario.each("completed") == [True, None, None]
    assert scenario.each("action") == ["triggered", "skipped", "failed"]


def test_the_message_reports_a_failed_trigger_and_a_timeout() -> None:
    polls = [list_reply(widget("a"), widget("b"))] * 4
    scenario = SyncScenario(
        ids("gone", "a", "b"),
        list_reply(widget("a"), widget("b")),
        batch_reply(OK, OK),
        *polls,
        wait_options=WAIT_OPTIONS,
    )
    message = scenario.message
    assert message.startswith("Could not find widget 'gone'")
    assert message.index("accepted") < message.index("after 100 s")
    assert "1 of 3 widgets failed: 'gone'." in message
    assert "after 100 s the time of the last sync has not moved on for big a" in message


def test_the_message_reports_a_timeout_once_if_it_is_the_first_failure() -> None:
    scenario = SyncScenario(
        ids("a", "gone"), list_reply(widget("a")), OK, *[object_reply(widget("a"))] * 4, wait_options=WAIT_OPTIONS
    )
    message = scenario.message
    assert scenario.run.failure is not None
    assert scenario.run.failure.kind == "timeout"
    assert message.endswith(str(scenario.run.failure))
    assert message.count("has not moved on") == 1
    assert "1 of 2 widgets failed: 'gone'." in message


def test_objects_without_a_name_do_not_hide_the_names_of_others() -> None:
    nameless = {**widget("b"), "name": None}
    scenario = SyncScenario(ALL, list_reply(widget("a"), nameless), batch_reply(OK, OK))
    assert scenario.message == "Microsoft Graph accepted a gently of 2 widgets (big a (a), 'b')."


def test_check_mode_does_not_wait() -> None:
    scenario = SyncScenario(ids("a"), object_reply(widget("a")), wait_options=WAIT_OPTIONS, check_mode=True)
    assert (scenario.clock.slept, scenario.each("completed")) == ([], [None])


# --- diff


def test_the_diff_of_each_object_has_its_name_and_id_as_header() -> None:
    scenario = SyncScenario(ids("a"), object_reply(widget("a")), OK, diff=True)
    assert scenario.wire == ["GET widgets/a", "POST widgets/a/polish"]
    seen = {"polished": "2026-01-01T12:00:00Z", "shine": "bright"}
    assert scenario.diff == [
        {
            "before_header": "big a (a)",
            "after_header": "big a (a)",
            "before": {**seen, "requested": None},
            "after": {**seen, "requested": "gently"},
        }
    ]


@pytest.mark.parametrize("check_mode", [True, False])
def test_the_diff_of_a_skipped_object_shows_no_difference(check_mode: bool) -> None:
    scenario = SyncScenario(
        ids("a"), object_reply(widget("a", LATER)), diff=True, if_older_than=3600, check_mode=check_mode
    )
    (pair,) = scenario.diff
    assert pair["before"] == pair["after"]


def test_after_a_wait_the_diff_shows_the_last_polled_state() -> None:
    scenario = SyncScenario(
        ids("a"), object_reply(widget("a")), OK, object_reply(widget("a", LATER)), diff=True, wait_options=WAIT_OPTIONS
    )
    (pair,) = scenario.diff
    assert (pair["before"]["polished"], pair["after"]["polished"]) == ("2026-01-01T12:00:00Z", LATER)


def test_a_missing_object_is_not_in_the_diff() -> None:
    scenario = SyncScenario(ids("a", "gone"), list_reply(widget("a")), OK, diff=True)
    assert [pair["before_header"] for pair in scenario.diff] == ["big a (a)"]


# --- counts


def test_counts_contain_the_number_of_each_outcome() -> None:
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


def test_counts_in_check_mode_and_without_objects() -> None:
    scenario = SyncScenario(ids("a", "b"), list_reply(widget("a"), widget("b")), check_mode=True)
    counts = count_targets(scenario.run.targets)
    assert (counts["total"], counts["would_trigger"], counts["triggered"], counts["pending"]) == (2, 2, 0, 0)
    assert set(count_targets([]).values()) == {0}


# --- resource


def test_separators_in_an_id_are_quoted_in_the_path() -> None:
    assert WIDGET.object_path("a/b?c#d") == "widgets/a%2Fb%3Fc%23d"


def test_the_name_of_an_object_is_its_first_non_empty_name() -> None:
    named = dataclasses.replace(WIDGET, name_keys=("nickname", "name", "shine"))
    assert named.label_of({"id": "7", "nickname": None, "name": "big", "shine": "dull"}) == "big (7)"
