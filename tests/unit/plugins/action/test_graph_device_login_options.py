# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each documented option of the device login has an effect, under each of its names and variables."""

from __future__ import annotations

import typing as t
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml
from ansible_collections.msgraph.intune.plugins.action.graph_device_login import OPTIONS as TAKEN
from ansible_collections.msgraph.intune.plugins.doc_fragments._graph import ModuleDocFragment
from ansible_collections.msgraph.intune.plugins.module_utils._graph.config.options import OPTIONS
from ansible_collections.msgraph.intune.plugins.modules.graph_device_login import DOCUMENTATION
from ansible_collections.msgraph.intune.tests.unit.fakes import Reply, Scripted
from ansible_collections.msgraph.intune.tests.unit.user_sign_ins import FLOW, METADATA, signed_in

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.msgraph.intune.tests.unit.plugins.action.conftest import DeviceLoginRunner

SIGN_IN: tuple[Scripted, ...] = (METADATA, Reply(200, FLOW), signed_in())
GRAPH = "https://graph.microsoft.com"
FULL = f"{GRAPH}/DeviceManagementServiceConfig.ReadWrite.All"


class LoginOutcome(t.NamedTuple):
    """The result of a task and the requests that it sent."""

    result: dict[str, t.Any]
    sent: list[t.Any]

    @property
    def kind(self) -> str:
        return str(self.result["error"]["kind"]) if "error" in self.result else "none"

    @property
    def host(self) -> str:
        return str(urlsplit(self.sent[0].url).netloc)

    def form(self, field: str) -> str:
        """A field of the request for a code."""
        return str(parse_qs(self.sent[1].body.decode())[field][0])


class OptionCase(t.NamedTuple):
    """A value of an option, and what a task does with and without it."""

    value: str
    seen: t.Callable[[LoginOutcome], t.Any]
    with_option: t.Any
    without_option: t.Any
    script: tuple[Scripted, ...] = SIGN_IN


def busy(seconds: int) -> tuple[Scripted, ...]:
    """Return the answers of a service that first answers 503 with a Retry-After."""
    return (Reply(503, "", {"Retry-After": str(seconds)}), *SIGN_IN)


OPTION_CASES = {
    "tenant_id": OptionCase("t-9", lambda run: urlsplit(run.sent[0].url).path.split("/")[1], "t-9", "organizations"),
    "client_id": OptionCase(
        "app-9", lambda run: run.form("client_id"), "app-9", "14d82eec-204b-4c2f-b7e8-296a70dab67e"
    ),
    "username": OptionCase("two@contoso.example", lambda run: run.kind, "authentication", "none"),
    "token_cache_path": OptionCase("{folder}/other.json", lambda run: run.kind, "none", "options"),
    "cloud": OptionCase(
        "us_gov_l4", lambda run: run.host, "login.microsoftonline.us", "login.microsoftonline.com", (METADATA,)
    ),
    "authority_url": OptionCase(
        "login.example", lambda run: run.host, "login.example", "login.microsoftonline.com", (METADATA,)
    ),
    "graph_url": OptionCase(
        "https://graph.example",
        lambda run: run.form("scope").split()[0].rpartition("/")[0],
        "https://graph.example",
        GRAPH,
    ),
    "timeout": OptionCase("9", lambda run: run.sent[0].timeout[0], 9.0, 30.0),
    "retries": OptionCase("0", lambda run: run.kind, "service", "none", busy(0)),
    "retry_budget": OptionCase("1", lambda run: run.kind, "throttled", "none", busy(5)),
    "validate_certs": OptionCase("false", lambda run: run.sent[0].verify, False, True),
    "ca_path": OptionCase("{folder}", lambda run: isinstance(run.sent[0].verify, str), True, False),
    "proxy": OptionCase(
        "http://proxy.example:8080",
        lambda run: (run.sent[0].proxies or {}).get("https"),
        "http://proxy.example:8080",
        None,
    ),
    "scopes": OptionCase("Things.Read.All", lambda run: run.form("scope").split()[0], f"{GRAPH}/Things.Read.All", FULL),
}


def names(option: str) -> tuple[str, ...]:
    """Return the option, its aliases and its environment variables."""
    shared = OPTIONS.get(option)
    return (option, *shared.aliases, *shared.environment) if shared else (option,)


@pytest.mark.parametrize(
    ("option", "name"), [pytest.param(option, name, id=name) for option in OPTION_CASES for name in names(option)]
)
def test_each_option_changes_the_behaviour(
    device_login: DeviceLoginRunner, option: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = OPTION_CASES[option]
    others: dict[str, t.Any] = {
        "client_id": "",
        "token_cache_path": "" if option == "token_cache_path" else str(device_login.cache),
    }

    def seen(**provided: t.Any) -> t.Any:
        return case.seen(
            LoginOutcome(device_login.run(*case.script, **{**others, **provided}), device_login.session.sent)
        )

    assert seen() == case.without_option
    device_login.cache.unlink(missing_ok=True)
    value = case.value.format(folder=tmp_path)
    if name.isupper():
        monkeypatch.setenv(name, value)
        assert seen() == case.with_option
    else:
        # An alias and the option together would count as given twice.
        others.pop(option, None)
        assert seen(**{name: value}) == case.with_option


def test_each_documented_option_has_a_case() -> None:
    documented = {**yaml.safe_load(DOCUMENTATION)["options"], **yaml.safe_load(ModuleDocFragment.CONNECTION)["options"]}
    assert [name for name, case in OPTION_CASES.items() if case.with_option == case.without_option] == []
    assert set(OPTION_CASES) == set(documented) == {*TAKEN, "scopes"}
