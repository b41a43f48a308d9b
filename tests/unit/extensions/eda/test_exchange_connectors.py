# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
import threading
import traceback
import types
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.msgraph.intune.extensions.eda.plugins.event_source import exchange_connectors as source
from ansible_collections.msgraph.intune.plugins.module_utils._graph.config.options import OPTIONS
from ansible_collections.msgraph.intune.plugins.module_utils._graph.errors import (
    DependencyError,
    GraphError,
    OptionsError,
)
from ansible_collections.msgraph.intune.plugins.module_utils._graph.masking import SECRETS
from ansible_collections.msgraph.intune.plugins.module_utils._intune.health import HEALTH_VALUES, UNKNOWN
from ansible_collections.msgraph.intune.plugins.module_utils._intune.resources.exchange_connector import (
    EXCHANGE_CONNECTOR,
)
from ansible_collections.msgraph.intune.plugins.module_utils._intune.selection import Selection
from ansible_collections.msgraph.intune.plugins.module_utils._intune.watch import StoppableClock, Watcher

TOKEN = "header.payload.signature"
SECRET = "an-invented-secret"
FILE = Path(source.__file__)
ROOT, TREE = str(FILE.parents[7]), str(FILE.parents[6])
SCHEMA = json.loads((FILE.parents[2] / "event_schemas/exchange_connectors.json").read_text(encoding="utf-8"))


@pytest.fixture
def secret() -> t.Iterator[str]:
    SECRETS.add(SECRET)
    yield SECRET
    SECRETS.clear()


def make(environ: t.Mapping[str, str] | None = None, **args: t.Any) -> t.Any:
    provided = {"access_token": TOKEN, **args}
    return source.make_watcher({**provided, "eda_feedback_queue": object()}, environ or {}, StoppableClock())


def run(queue: t.Any, args: dict[str, t.Any] | None = None, watcher: object = None) -> None:
    """Run the source, with another watcher if one is given."""
    with pytest.MonkeyPatch.context() as patch:
        if watcher is not None:
            patch.setattr(source, "make_watcher", lambda *_args: watcher)
        asyncio.run(asyncio.wait_for(source.main(queue, args or {}), 30))


class ScriptedWatcher:
    """A watcher whose polls return scripted events. After the last one it raises CancelledError."""

    def __init__(self, *polls: list[dict[str, t.Any]]) -> None:
        self.polls = list(polls)
        self.threads: set[int] = set()

    def poll(self) -> tuple[list[dict[str, t.Any]], float]:
        self.threads.add(threading.get_ident())
        if not self.polls:
            raise asyncio.CancelledError
        return self.polls.pop(0), 0.0


class FakeQueue:
    def __init__(self) -> None:
        self.events: list[dict[str, t.Any]] = []

    async def put(self, event: dict[str, t.Any]) -> None:
        self.events.append(event)


def test_the_events_of_each_poll_are_put_into_the_queue_in_order() -> None:
    queue, script = FakeQueue(), ScriptedWatcher([{"type": "a"}, {"type": "b"}], [], [{"type": "c"}])
    with pytest.raises(asyncio.CancelledError):
        run(queue, watcher=script)
    assert [event["type"] for event in queue.events] == ["a", "b", "c"]
    assert threading.get_ident() not in script.threads, "a poll must not block the event loop"


def test_invalid_arguments_end_the_source_with_a_message() -> None:
    with pytest.raises(OptionsError, match="The option 'tennant' is unknown"):
        run(FakeQueue(), {"access_token": TOKEN, "tennant": "x"})


class FailingWatcher:
    """A watcher whose first poll raises an error."""

    def __init__(self, error: Exception, cause: Exception) -> None:
        self.error, self.cause = error, cause

    def poll(self) -> t.NoReturn:
        raise self.error from self.cause


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        (DependencyError(f"no {SECRET}", hint="Install it."), "DependencyError: no ********. Install it."),
        (ValueError(f"{SECRET}\x1b[2J"), "RuntimeError: ValueError: ******** [2J"),
    ],
)
def test_the_error_that_ends_the_source_has_no_causes_secrets_or_control_characters(
    error: Exception, shown: str, secret: str
) -> None:
    with pytest.raises((GraphError, RuntimeError)) as caught:
        run(FakeQueue(), watcher=FailingWatcher(error, KeyError(secret)))
    logged = "".join(traceback.format_exception(caught.value))
    assert logged.rstrip().rpartition("\n")[2].endswith(shown)
    assert (secret in logged, "direct cause" in logged) == (False, False)


def test_secrets_are_masked_in_the_log(secret: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    watcher = make()
    watcher._on_warning(f"100% {secret} %s")
    watcher._client.retry._on_retry(f"again {secret}")
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("WARNING", "100% ******** %s"),
        ("INFO", "again ********"),
    ]


def test_the_end_of_the_source_interrupts_a_running_poll() -> None:
    clocks: list[StoppableClock] = []
    started, ended = threading.Event(), threading.Event()

    class SlowWatcher:
        def poll(self) -> tuple[list[dict[str, t.Any]], float]:
            started.set()
            try:
                clocks[0].sleep(600)
            finally:
                ended.set()
            return [], 0.0

    def watcher(_args: object, _environ: object, clock: StoppableClock) -> SlowWatcher:
        clocks.append(clock)
        return SlowWatcher()

    async def cancel_soon() -> None:
        task = asyncio.create_task(source.main(t.cast("t.Any", FakeQueue()), {}))
        while not started.is_set():
            await asyncio.sleep(0.001)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(source, "make_watcher", watcher)
        asyncio.run(cancel_soon())
    assert ended.wait(30)


def test_a_background_thread_that_ends_after_the_event_loop_raises_no_error() -> None:
    begun, go_on, gone = threading.Event(), threading.Event(), threading.Event()

    def function() -> None:
        begun.set()
        go_on.wait(30)

    async def leave() -> None:
        task = asyncio.create_task(source.in_background(function))
        while not begun.is_set():
            await asyncio.sleep(0.001)
        task.cancel()

    thread_errors: list[object] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(threading, "excepthook", thread_errors.append)
        asyncio.run(leave())
        worker = next(
            thread for thread in threading.enumerate() if thread.daemon and thread is not threading.current_thread()
        )
        go_on.set()
        worker.join(30)
        gone.set()
    assert (worker.is_alive(), thread_errors) == (False, [])


def test_an_exception_in_the_background_is_raised_in_the_awaiting_task() -> None:
    def function() -> t.NoReturn:
        raise ValueError("of the function")

    with pytest.raises(ValueError, match="of the function"):
        asyncio.run(source.in_background(function))


def test_by_default_all_connectors_are_polled_every_five_minutes() -> None:
    watcher = make()
    assert isinstance(watcher, Watcher)
    assert (watcher._interval, watcher._config.selection) == (300, Selection(all=True))


@pytest.mark.parametrize(
    ("args", "selection"),
    [
        ({"connector_id": "a, b"}, Selection(ids=("a", "b"))),
        ({"connector_id": ["a"]}, Selection(ids=("a",))),
        ({"connector_name": "one, whole"}, Selection(names=("one, whole",))),
        ({"connector_id": "", "connector_name": None}, Selection(all=True)),
    ],
)
def test_connectors_are_selected_as_in_the_modules(args: dict[str, t.Any], selection: Selection) -> None:
    assert make(**args)._config.selection == selection


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"connector_id": []}, "there is nothing to watch"),
        ({"connector_name": []}, "there is nothing to watch"),
        ({"connector_id": "a", "connector_name": "b"}, "cannot be used together"),
        ({"all_connectors": True}, "The option 'all_connectors' is unknown"),
        ({"interval": "soon"}, "interval is 'soon'; it must be a duration"),
        ({"interval": 0}, "interval is 0, which is less than a second. Give a longer one"),
        ({"interval": "0.9"}, "interval is '0.9', which is less than a second"),
        ({"retries": "many"}, "retries is 'many', which is not a whole number"),
        ({"validate_certs": "perhaps"}, "validate_certs is 'perhaps', which is not a boolean"),
        ({"tenant": "a", "tenant_id": "b"}, "tenant_id is given twice"),
        ({"tenant_id": ["a"]}, "tenant_id is not a single value"),
        ({"graph_url": "http://graph.example"}, "graph_url is not a plain https URL"),
        ({"auth_method": "client_secret"}, "auth_method client_secret needs"),
    ],
)
def test_invalid_arguments_are_refused_before_any_request(args: dict[str, t.Any], message: str) -> None:
    with pytest.raises(GraphError, match=message):
        make(**args)


@pytest.mark.parametrize(
    ("interval", "seconds"), [("90s", 90), (15, 15), ("", 300), (False, 300), (None, 300), ("2h", 7200), (1.5, 1.5)]
)
def test_the_interval_is_a_duration(interval: object, seconds: float) -> None:
    assert make(interval=interval)._interval == seconds


def test_options_are_parsed_as_in_the_modules() -> None:
    raw: dict[str, t.Any] = {"timeout": "0.1m", "retries": "7", "retry_budget": 60, "validate_certs": "no"}
    client = make(**raw)._client
    assert (client._transport._timeout, client.retry._policy.retries, client.retry._policy.budget) == (6.0, 7, 60.0)
    client = make(dict.fromkeys(("MSGRAPH_TIMEOUT", "MSGRAPH_RETRIES"), "9"), **dict.fromkeys(raw, ""))._client
    assert (client._transport._timeout, client.retry._policy.retries, client.retry._policy.budget) == (9.0, 9, 120.0)


def test_options_can_be_given_by_alias_and_by_environment_variable() -> None:
    names = {name for option in OPTIONS.values() for name in (option.name, *option.aliases)}
    assert set(source.read_arguments(dict.fromkeys(OPTIONS, "x"))) == set(OPTIONS)
    assert {next(iter(source.read_arguments({name: "x"}))) for name in names} == set(OPTIONS)
    watcher = make({"MSGRAPH_URL": "https://of.the.environment"}, secret="unused")
    assert watcher._client.url(t.cast("t.Any", types.SimpleNamespace(version="v1.0", path="x"))).startswith(
        "https://of.the.environment/"
    )


def test_the_documentation_contains_the_options_and_their_defaults() -> None:
    options = yaml.safe_load(source.DOCUMENTATION)["options"]
    assert set(options) == set(source._OWN_OPTIONS)
    assert options["interval"]["default"] == source._DEFAULT_INTERVAL
    rulebook = (FILE.parents[2] / "rulebooks/sync_unhealthy_exchange_connectors.yml").read_text(encoding="utf-8")
    assert f"default('{source._DEFAULT_INTERVAL}')" in rulebook


def test_the_examples_are_valid() -> None:
    for example in yaml.safe_load(source.EXAMPLES):
        ((name, args),) = example.items()
        assert name == "msgraph.intune.exchange_connectors"
        assert source.make_watcher(args, {}, StoppableClock())._config.selection == Selection(all=True)


def test_the_schema_has_the_keys_of_connectors_and_errors_of_the_modules() -> None:
    connector = {
        *EXCHANGE_CONNECTOR.read_state({"id": "a"}),
        "seconds_since_last_sync",
        "health",
        "health_reason",
    }
    for name, keys in (("connector", connector), ("error", set(OptionsError("x").as_dict()))):
        shape = SCHEMA["$defs"][name]
        assert set(shape["required"]) == set(shape["properties"]) == keys
    assert SCHEMA["$defs"]["connector"]["properties"]["health"]["enum"] == [*HEALTH_VALUES, UNKNOWN]


def test_the_documentation_mentions_each_event_type() -> None:
    shapes = [entry["properties"]["type"] for entry in SCHEMA["oneOf"]]
    kinds = [kind for shape in shapes for kind in shape.get("enum", [shape.get("const")])]
    assert len(set(kinds)) == len(kinds) == 6
    assert [kind for kind in kinds if f"C({kind})" not in source.DOCUMENTATION] == []


def run_by_path(path: Path) -> dict[str, t.Any]:
    """Run the file as ansible-rulebook does with runpy.run_path. Ansible's importer prevents run_path in tests."""
    namespace: dict[str, t.Any] = {"__name__": "<run_path>", "__file__": str(path)}
    exec(compile(path.read_bytes(), str(path), "exec"), namespace)  # noqa: S102  our own file
    return namespace


def test_a_source_that_is_run_by_its_path_imports_its_own_collection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [path for path in sys.path if path != ROOT])
    run_by_path(FILE)
    assert sys.path[0] == ROOT


def test_the_source_imports_its_collection_even_if_a_regular_package_has_the_same_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    regular = types.ModuleType("ansible_collections")
    regular.__path__ = ["/somewhere/else"]
    monkeypatch.setitem(sys.modules, "ansible_collections", regular)
    run_by_path(FILE)
    assert regular.__path__ == [TREE, "/somewhere/else"]


def test_a_copy_outside_a_collection_uses_the_installed_collection(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    before = list(sys.path)
    namespace = run_by_path(Path(shutil.copy(FILE, tmp_path)))
    assert (sys.path, namespace["OPTIONS"]) == (before, OPTIONS)


def test_all_files_of_the_libraries_are_preloaded() -> None:
    code = f"import sys; import {source.__name__}; print(*sys.modules, sep='\\n')"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", code]
    loaded = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout.split()
    utils = Path(TREE, "msgraph/intune/plugins/module_utils")
    files = [file for folder in ("_graph", "_intune") for file in (utils / folder).rglob("*.py")]
    names = {".".join(file.relative_to(ROOT).with_suffix("").parts) for file in files}
    assert {"_graph.http.retry", "_intune.resources.exchange_connector"} <= {
        name.partition(".module_utils.")[2] for name in names
    }
    assert names - set(loaded) == set()
