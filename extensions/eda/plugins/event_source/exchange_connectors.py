# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Event source for ansible-rulebook that watches the Exchange connectors of Microsoft Intune."""

from __future__ import annotations

import asyncio
import importlib
import logging
import os
import sys
import threading
import typing as t
from pathlib import Path

DOCUMENTATION = r"""
short_description: Watch the Exchange connectors of Microsoft Intune, their health, status and syncs
version_added: 1.0.0
author: The msgraph.intune maintainers (@msgraph-intune)
description:
  - Polls the on-premises Exchange connectors of Microsoft Intune, and creates events for the changes since the last
    poll.
  - Microsoft ended support for the connector on 19 February 2024 and says that it no longer syncs with Intune after
    that date. The events show what Microsoft Graph still returns.
  - Each poll sends one request, and one more for each further page. The first poll also signs in.
  - If a poll fails, the pause before the next poll doubles with each failure, up to an hour. If the service asks for a
    longer pause, the source waits as long as requested, up to a day. The source ends only if its options are invalid or
    a Python package is missing.
  - An event of the type C(unhealthy), C(status_changed), C(synced) or C(removed) contains C(connector) and C(previous).
    C(connector) has the format that M(msgraph.intune.intune_exchange_connector_info) returns. C(previous) is the
    connector at the last poll, or null if it did not exist then. The first poll creates events only for unhealthy
    connectors.
  - An event of the type C(watch_failed) contains C(message), a sentence, and C(error) in the format that modules
    return. The same failure creates only one event. An event of the type C(watch_recovered) contains C(message), and
    follows when all connectors can be read again. If one of the selected connectors does not exist, the source still
    watches the others.
  - The collection's file C(extensions/eda/event_schemas/exchange_connectors.json) is a JSON schema of these events.
  - Events contain neither secrets nor template syntax, because Ansible renders text that a rulebook writes into a
    playbook. Braces become parentheses, and backslashes become slashes. A blank splits the words that start a template
    or a vault. Names with these characters differ from the names that modules return, so select connectors by ID.
options:
  interval:
    description:
      - The time between two polls, at least a second. A number of seconds, or a number with a unit, such as V(90s),
        V(5m) or V(2h).
    type: str
    default: 5m
  connector_id:
    description:
      - The IDs of the connectors to watch, as a list or separated by commas.
      - If neither this option nor O(connector_name) is set, all connectors are watched. An empty list is refused.
    type: list
    elements: str
  connector_name:
    description:
      - The name of a connector to watch, or a list of names. M(msgraph.intune.intune_exchange_connector_info)
        compares names in the same way.
    type: raw
notes:
  - The source also accepts all options to sign in and to connect of
    M(msgraph.intune.intune_exchange_connector_info), and uses the same environment variables. It needs the same
    permission.
  - The source runs in the Python of ansible-rulebook. Install requests and msal there.
"""

EXAMPLES = r"""
- msgraph.intune.exchange_connectors:
    interval: 10m
    tenant_id: contoso.example
    client_id: 4f1f6b8a-2c39-4d5e-9d0c-1a2b3c4d5e6f
    client_secret: "{{ intune_client_secret }}"
"""

# ansible-rulebook runs this file by its path and does not make the collection importable, so add its folder to the
# import path. A copy of this file outside a collection uses the collection that is installed elsewhere.
_FILE = Path(__file__).absolute()  # not resolve(): a symbolic link may lead out of the collection
if _FILE.parts[-8:-5] == ("ansible_collections", "msgraph", "intune"):
    _ROOT, _TREE = str(_FILE.parents[7]), str(_FILE.parents[6])
    if _ROOT not in sys.path:
        sys.path.insert(0, _ROOT)
    import ansible_collections

    # Namespace packages in several folders are merged, but a regular package with this name would hide this folder.
    if _TREE not in ansible_collections.__path__:
        ansible_collections.__path__.insert(0, _TREE)

from ansible_collections.msgraph.intune.plugins.module_utils import _graph, _intune
from ansible_collections.msgraph.intune.plugins.module_utils._graph.config.options import OPTIONS, collect_options
from ansible_collections.msgraph.intune.plugins.module_utils._graph.config.values import (
    MAX_AGE,
    is_unset,
    parse_duration,
    short_repr,
)
from ansible_collections.msgraph.intune.plugins.module_utils._graph.connect import connect
from ansible_collections.msgraph.intune.plugins.module_utils._graph.errors import GraphError, OptionsError
from ansible_collections.msgraph.intune.plugins.module_utils._graph.masking import SECRETS
from ansible_collections.msgraph.intune.plugins.module_utils._graph.text import printable
from ansible_collections.msgraph.intune.plugins.module_utils._intune.health import HEALTH_VALUES
from ansible_collections.msgraph.intune.plugins.module_utils._intune.resources.exchange_connector import (
    EXCHANGE_CONNECTOR,
)
from ansible_collections.msgraph.intune.plugins.module_utils._intune.selection import Selection
from ansible_collections.msgraph.intune.plugins.module_utils._intune.watch import (
    StoppableClock,
    WatchConfig,
    Watcher,
)

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import ModuleType

    from ansible_collections.msgraph.intune.plugins.module_utils._intune.selection import SelectionOptions

    T = t.TypeVar("T")

_DEFAULT_INTERVAL = "5m"
_SELECTION = t.cast("SelectionOptions", EXCHANGE_CONNECTOR.selection)
_OWN_OPTIONS = ("interval", _SELECTION.id, _SELECTION.name)
# Arguments that ansible-rulebook adds.
_ADDED_BY_RULEBOOK = ("eda_feedback_queue",)

_log = logging.getLogger("msgraph.intune.exchange_connectors")


def _preload(package: ModuleType) -> None:
    """Import all modules of a package, including its subfolders.

    The subfolders have no ``__init__.py``, so ``pkgutil.walk_packages`` does not find their modules.
    """
    for folder in map(Path, package.__path__):
        for file in sorted(folder.rglob("*.py")):
            name = ".".join(file.relative_to(folder).with_suffix("").parts)
            importlib.import_module(f"{package.__name__}.{name}")


# A rulebook runs for weeks, and an update may replace the collection during this time. So import all code at the start.
for _package in (_graph, _intune):
    _preload(_package)


async def main(queue: asyncio.Queue[dict[str, t.Any]], args: dict[str, t.Any]) -> None:
    """Put events into the queue until the task is cancelled.

    :raises GraphError: the arguments are invalid or a package is missing. Other errors become events.
    """
    clock = StoppableClock()
    try:
        watcher = await in_background(lambda: make_watcher(args, os.environ, clock))
        while True:
            events, pause = await in_background(watcher.poll)
            for event in events:
                await queue.put(event)
            await asyncio.sleep(pause)
    except Exception as exc:  # noqa: BLE001  it is raised again, masked
        # ansible-rulebook logs the exception with its causes, and causes can contain text of the service.
        raise masked(exc) from None
    finally:
        # Interrupt the backoff of a poll that still runs in the background.
        clock.stop()


def make_watcher(args: Mapping[str, t.Any], environ: Mapping[str, str], clock: StoppableClock) -> Watcher:
    """Build the watcher from the arguments of a rulebook.

    :raises GraphError: the arguments are invalid, or a package is missing.
    """
    provided = read_arguments(args)
    value = provided.get("interval")
    interval = parse_duration("interval", _DEFAULT_INTERVAL if is_unset(value) else value, max_seconds=MAX_AGE)
    if interval < 1:
        raise OptionsError(
            f"interval is {short_repr(value)}, which is less than a second",
            hint="Give a longer one, such as 1s, 5m or 2h.",
        )
    ids = provided.get(_SELECTION.id)
    selection = _SELECTION.read({**provided, _SELECTION.id: [ids] if isinstance(ids, str) else ids}) or Selection(
        all=True
    )
    if selection.is_empty:
        raise OptionsError(
            f"{_SELECTION.id} or {_SELECTION.name} is an empty list, so there is nothing to watch",
            hint="Leave it out to watch all connectors.",
        )
    client = connect(
        collect_options(provided, environ),
        rate_limit=EXCHANGE_CONNECTOR.rate_limit,
        clock=clock,
        on_warning=warn,
        on_retry=inform,
    )
    config = WatchConfig(EXCHANGE_CONNECTOR, selection, "connector", unhealthy_value=HEALTH_VALUES[-1])
    return Watcher(client, config, interval=interval, on_warning=warn)


def warn(sentence: str) -> None:
    """Log a warning with secrets masked."""
    _log.warning("%s", SECRETS.mask(sentence))


def inform(sentence: str) -> None:
    """Log a message that ansible-rulebook shows with -v, with secrets masked."""
    _log.info("%s", SECRETS.mask(sentence))


def masked(error: Exception) -> Exception:
    """Return an error without causes, with secrets masked and control characters replaced."""
    text = SECRETS.mask(printable(str(error)))
    if isinstance(error, GraphError):
        return type(error)(text)
    return RuntimeError(f"{type(error).__name__}: {text}").with_traceback(error.__traceback__)


def read_arguments(args: Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return the arguments by option name. Replace aliases with the names of their options.

    :raises OptionsError: an argument is unknown, given twice, or not a single value.
    """
    names = {alias: option.name for option in OPTIONS.values() for alias in (option.name, *option.aliases)}
    names.update({name: name for name in _OWN_OPTIONS})
    provided: dict[str, t.Any] = {}
    for argument, value in args.items():
        if argument in _ADDED_BY_RULEBOOK:
            continue
        name = names.get(argument)
        if name is None:
            raise OptionsError(f"The option {argument!r} is unknown", hint=f"Known are {', '.join(sorted(names))}.")
        if name in provided:
            raise OptionsError(f"{name} is given twice, once by an alias", hint="Give it once.")
        if name in OPTIONS and isinstance(value, (list, dict)):
            raise OptionsError(f"{argument} is not a single value", hint="Give a text, a number or a boolean.")
        provided[name] = value
    return provided


async def in_background(function: Callable[[], T]) -> T:
    """Run a blocking function in a daemon thread, and return its result.

    asyncio.to_thread cannot be used: the interpreter waits for its threads at exit, and a request can take minutes.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def complete(setter: Callable[[t.Any], None], value: object) -> None:
        # The future is already done if the task was cancelled.
        if not future.done():
            setter(value)

    def run() -> None:
        completion: tuple[Callable[[t.Any], None], object]
        try:
            result = function()
        except BaseException as exc:  # noqa: BLE001  the future raises it again
            completion = (future.set_exception, exc)
        else:
            completion = (future.set_result, result)
        try:
            loop.call_soon_threadsafe(complete, *completion)
        except RuntimeError:
            # The event loop is closed, because the program ends.
            return

    threading.Thread(target=run, daemon=True).start()
    return await future
