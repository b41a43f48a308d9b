# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An event source of ansible-rulebook: Intune's Exchange connectors, as they fall ill, change and sync."""

from __future__ import annotations

import asyncio
import importlib
import logging
import os
import pkgutil
import sys
import threading
import typing as t
from pathlib import Path

DOCUMENTATION = r"""
short_description: Tell when an Exchange connector of Microsoft Intune becomes unhealthy, changes its status or syncs
version_added: 1.0.0
author: The msgraph.intune maintainers (@msgraph-intune)
description:
  - Reads the on-premises Exchange connectors of Microsoft Intune from time to time, and tells what became of them since
    the last look.
  - Microsoft ended support for the connector on 19 February 2024 and says that it no longer syncs with Intune after
    that date. What is seen is what Microsoft Graph still shows.
  - Each look is one request, and one more for each further page; the first one signs in besides.
  - When the service cannot be read, the next look is later and later, up to an hour, or as late as the service asks, up
    to a day. It ends by itself only when its options do not fit, or when a Python package is missing.
  - An event of the type C(unhealthy), C(status_changed), C(synced) or C(removed) has C(connector), the connector as
    M(msgraph.intune.intune_exchange_connector_info) shows it, and C(previous), the same as it was at the last look, or
    null when it was not there. The first look tells of those connectors alone that are unhealthy.
  - An event of the type C(watch_failed) has C(message), a sentence, and C(error), in the form in which modules return
    it. It comes once for the same failure. C(watch_recovered) has C(message), and comes when all can be read again.
    Connectors that can be read are watched meanwhile, when another one that was asked for is not there.
  - The collection's file C(extensions/eda/event_schemas/exchange_connectors.json) is a JSON schema of these events.
  - Events contain neither secrets nor template syntax, because Ansible renders what a rulebook writes into a playbook.
    Each brace becomes a parenthesis, each backslash a slash, and a blank breaks up the words that begin a template or
    a vault. Names that contain these characters differ from those that modules return, so select connectors by ID.
options:
  interval:
    description:
      - The time between two reads, at least a second. A number of seconds, or a number with a unit, such as V(90s),
        V(5m) or V(2h).
    type: str
    default: 5m
  connector_id:
    description:
      - The IDs of the connectors to watch, as a list or separated by commas.
      - If neither this nor O(connector_name) is set, all connectors are watched. An empty list is refused.
    type: list
    elements: str
  connector_name:
    description:
      - A name, or a list of names, of connectors to watch, compared as M(msgraph.intune.intune_exchange_connector_info)
        does.
    type: raw
notes:
  - Besides, it takes all options to sign in and to connect that M(msgraph.intune.intune_exchange_connector_info) has,
    from the same environment variables where they are not set. The permission is that of the module.
  - It runs in the Python of ansible-rulebook, which needs requests and msal.
"""

EXAMPLES = r"""
- msgraph.intune.exchange_connectors:
    interval: 10m
    tenant_id: contoso.example
    client_id: 4f1f6b8a-2c39-4d5e-9d0c-1a2b3c4d5e6f
    client_secret: "{{ intune_client_secret }}"
"""

# ansible-rulebook runs this file by its path, and knows nothing of the collection around it. Where there is none around
# it, one that is installed elsewhere has to do.
_FILE = Path(__file__).absolute()  # a link is not followed: it may lead out of the tree
if _FILE.parts[-8:-5] == ("ansible_collections", "msgraph", "intune"):
    _ROOT, _TREE = str(_FILE.parents[7]), str(_FILE.parents[6])
    if _ROOT not in sys.path:
        sys.path.insert(0, _ROOT)
    import ansible_collections

    # Namespace packages find each other; a regular one of that name, somewhere in this Python, would hide the tree.
    if _TREE not in ansible_collections.__path__:
        ansible_collections.__path__.insert(0, _TREE)

from ansible_collections.msgraph.intune.plugins.module_utils import _graph, _intune
from ansible_collections.msgraph.intune.plugins.module_utils._graph.config.options import OPTIONS, collect_options
from ansible_collections.msgraph.intune.plugins.module_utils._graph.config.values import (
    MAX_AGE,
    is_not_given,
    parse_duration,
    shown,
)
from ansible_collections.msgraph.intune.plugins.module_utils._graph.connect import connect
from ansible_collections.msgraph.intune.plugins.module_utils._graph.errors import GraphError, OptionsError
from ansible_collections.msgraph.intune.plugins.module_utils._graph.masking import SECRETS
from ansible_collections.msgraph.intune.plugins.module_utils._graph.text import printable
from ansible_collections.msgraph.intune.plugins.module_utils._intune.health import HEALTHS
from ansible_collections.msgraph.intune.plugins.module_utils._intune.resources.exchange_connector import (
    EXCHANGE_CONNECTOR,
)
from ansible_collections.msgraph.intune.plugins.module_utils._intune.selection import Selection
from ansible_collections.msgraph.intune.plugins.module_utils._intune.watch import (
    StoppableClock,
    WatchConfig,
    Watcher,
)

# A rulebook runs for weeks, and the collection may be replaced meanwhile: what is imported by need is imported now.
for _package in (_graph, _intune):
    for _module in pkgutil.iter_modules(_package.__path__, f"{_package.__name__}."):
        importlib.import_module(_module.name)

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ansible_collections.msgraph.intune.plugins.module_utils._intune.selection import SelectionOptions

    T = t.TypeVar("T")

_INTERVAL = "5m"
_SELECTION = t.cast("SelectionOptions", EXCHANGE_CONNECTOR.selection)
_OWN = ("interval", _SELECTION.id, _SELECTION.name)
# What ansible-rulebook adds to the arguments.
_NOT_OURS = ("eda_feedback_queue",)

_log = logging.getLogger("msgraph.intune.exchange_connectors")


async def main(queue: asyncio.Queue[dict[str, t.Any]], args: dict[str, t.Any]) -> None:
    """Put events into the queue until the task is cancelled.

    :raises GraphError: the arguments do not fit, or a package is missing; whatever else happens is told and survived.
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
        # ansible-rulebook logs the exception with all its causes, and causes can quote the service.
        raise masked(exc) from None
    finally:
        # A look that is under way in the background is not to wait for another try.
        clock.stop()


def make_watcher(args: Mapping[str, t.Any], environ: Mapping[str, str], clock: StoppableClock) -> Watcher:
    """From the arguments of a rulebook to what watches.

    :raises GraphError: they do not fit, or a package is missing.
    """
    provided = read_arguments(args)
    value = provided.get("interval")
    interval = parse_duration("interval", _INTERVAL if is_not_given(value) else value, max_seconds=MAX_AGE)
    if interval < 1:
        raise OptionsError(
            f"interval is {shown(value)}, which is less than a second", hint="Give a longer one, such as 1s, 5m or 2h."
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
    config = WatchConfig(EXCHANGE_CONNECTOR, selection, "connector", unhealthy=HEALTHS[-1])
    return Watcher(client, config, interval=interval, on_note=warn)


def warn(sentence: str) -> None:
    """Write a warning to the log, with secrets masked."""
    _log.warning("%s", SECRETS.mask(sentence))


def inform(sentence: str) -> None:
    """Write a line to the log that is shown with -v, with secrets masked."""
    _log.info("%s", SECRETS.mask(sentence))


def masked(error: Exception) -> Exception:
    """Return the error without its causes, with secrets masked and its text printable."""
    text = SECRETS.mask(printable(str(error)))
    if isinstance(error, GraphError):
        return type(error)(text)
    return RuntimeError(f"{type(error).__name__}: {text}").with_traceback(error.__traceback__)


def read_arguments(args: Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The arguments by the names of options, aliases resolved.

    :raises OptionsError: one is unknown, given twice, or no single value.
    """
    names = {alias: option.name for option in OPTIONS.values() for alias in (option.name, *option.aliases)}
    names.update({name: name for name in _OWN})
    found: dict[str, t.Any] = {}
    for provided, value in args.items():
        if provided in _NOT_OURS:
            continue
        name = names.get(provided)
        if name is None:
            raise OptionsError(f"The option {provided!r} is unknown", hint=f"Known are {', '.join(sorted(names))}.")
        if name in found:
            raise OptionsError(f"{name} is given twice, once by an alias", hint="Give it once.")
        if name in OPTIONS and isinstance(value, (list, dict)):
            raise OptionsError(f"{provided} is not a single value", hint="Give a text, a number or a boolean.")
        found[name] = value
    return found


async def in_background(work: Callable[[], T]) -> T:
    """Run what blocks, without blocking the event loop, nor the end of the process when nobody waits any more.

    The pool of asyncio.to_thread would: the interpreter waits for its threads, and a request can take minutes.
    """
    loop = asyncio.get_running_loop()
    outcome: asyncio.Future[T] = loop.create_future()

    def settle(setter: Callable[[t.Any], None], value: object) -> None:
        # Cancelled while it worked.
        if not outcome.done():
            setter(value)

    def run() -> None:
        settled: tuple[Callable[[t.Any], None], object]
        try:
            found = work()
        except BaseException as exc:  # noqa: BLE001  it is raised again, where the outcome is awaited
            settled = (outcome.set_exception, exc)
        else:
            settled = (outcome.set_result, found)
        try:
            loop.call_soon_threadsafe(settle, *settled)
        except RuntimeError:
            # The loop is closed: the program ends.
            return

    threading.Thread(target=run, daemon=True).start()
    return await outcome
