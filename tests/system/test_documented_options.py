# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Check the effect of each documented option, alias and environment variable; options.yml has one row for each."""

from __future__ import annotations

import re
import typing as t
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import yaml
from ansible_collections.msgraph.intune.plugins.module_utils._graph.config.options import OPTIONS
from ansible_collections.msgraph.intune.tests.graph_simulator.clock import odata_time
from ansible_collections.msgraph.intune.tests.graph_simulator.private_file import write_private_file
from ansible_collections.msgraph.intune.tests.system.certificates import AppCertificate, make_certificate
from ansible_collections.msgraph.intune.tests.system.clients import (
    CONFIGURATION_READ,
    CONFIGURATION_WRITE,
    READ_WRITE,
    obtain_refresh_token,
)
from ansible_collections.msgraph.intune.tests.system.documentation import (
    MODULES,
    Option,
    descriptions,
    environment_variables,
    module_options,
)
from ansible_collections.msgraph.intune.tests.system.modules import run_module

if t.TYPE_CHECKING:
    from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator

TABLE = yaml.safe_load(Path(__file__).with_name("options.yml").read_text(encoding="utf-8"))
ROOT = Path(__file__).parents[2]

RESULT_KEYS = ("connectors", "tokens", "profiles", "settings")
DOCUMENTED = (*MODULES, "graph_device_login")
# Without wait_sleep a task polls before the trigger, after it, and at the timeout.
FEW_POLLS = 3
# The prefixes of variables that the collection or a program in its guides can read.
PREFIXES = "AZURE|MSGRAPH|IDENTITY|IMDS|MSI|REQUESTS|CURL|HTTPS?|ALL|NO|CONTROLLER"
# The collection awx.awx reads these.
VARIABLES_OF_AWX = {"CONTROLLER_HOST", "CONTROLLER_OAUTH_TOKEN", "CONTROLLER_PASSWORD", "CONTROLLER_USERNAME"}
# AWX sets this variable, and the collection ignores it. test_sign_in.py sets it.
UNUSED = {"AZURE_SUBSCRIPTION_ID"}


class Case(t.NamedTuple):
    """A row of the table, and the name of an option, an alias or a variable that sets the value."""

    module: str
    option: str | None
    name: str
    row: dict[str, t.Any]

    @property
    def is_variable(self) -> bool:
        return self.name.isupper()


def rows_of(module: str) -> dict[str, dict[str, t.Any]]:
    """Return the rows of a module. Modules use the shared options in the same way, so two modules test them."""
    return {**(TABLE["shared"] if module in MODULES[:2] else {}), **TABLE[module]["rows"]}


def cases() -> t.Iterator[Case]:
    for module in MODULES:
        documented = module_options(module)
        for option, row in rows_of(module).items():
            # All modules use the same argument spec for aliases and variables, so one module is enough.
            other_names = (*documented[option].aliases, *documented[option].variables) if module == MODULES[0] else ()
            for name in (option, *other_names):
                yield Case(module, option, name, row)
    for variable, row in TABLE["environment"].items():
        yield Case(MODULES[0], None, variable, row)


class Placeholders:
    """Replace {name} in a row with a value that is created at the first use, or with an attribute of the simulator."""

    def __init__(self, simulator: Simulator, **makers: t.Callable[[], object]) -> None:
        self._simulator = simulator
        self._makers = makers
        self._values: dict[str, str] = {}

    def __getitem__(self, name: str) -> str:
        if name not in self._values:
            make = self._makers.get(name)
            self._values[name] = str(make() if make else getattr(self._simulator, name))
        return self._values[name]

    def fill(self, value: t.Any) -> t.Any:
        """Return a copy of a value with all placeholders replaced."""
        if isinstance(value, str):
            return value.format_map(t.cast("dict[str, str]", self))
        if isinstance(value, dict):
            return {name: self.fill(item) for name, item in value.items()}
        return [self.fill(item) for item in value] if isinstance(value, list) else value


@pytest.fixture(scope="module")
def certificate() -> AppCertificate:
    return make_certificate()


@pytest.fixture
def placeholders(simulator: Simulator, certificate: AppCertificate, tmp_path: Path) -> Placeholders:
    def file(name: str, content: bytes) -> Path:
        write_private_file(tmp_path / name, content)
        return tmp_path / name

    def registered(content: bytes) -> Path:
        simulator.register_certificate(certificate.certificate_pem)
        return file("certificate.pem", content)

    healthy, warning, stuck = simulator.connector_ids
    return Placeholders(
        simulator,
        healthy=lambda: healthy,
        warning=lambda: warning,
        stuck=lambda: stuck,
        proxy=lambda: simulator.proxy_url.replace("://", f"://{simulator.proxy_username}:{simulator.proxy_password}@"),
        token=lambda: simulator.token(roles=[READ_WRITE, CONFIGURATION_WRITE, CONFIGURATION_READ]),
        two_hours_ago=lambda: ago(hours=2),
        a_minute_ago=lambda: ago(minutes=1),
        token_cache=lambda: tmp_path / "cache",
        refresh_token=lambda: obtain_refresh_token(simulator),
        federated_token=simulator.federated_token,
        federated_token_file=lambda: file("federated-token", simulator.federated_token().encode()),
        certificate=lambda: registered(certificate.pem),
        encrypted_certificate=lambda: registered(certificate.encrypted_pem),
        certificate_password=lambda: certificate.password,
    )


def ago(**duration: float) -> str:
    """Return a time in the past as Graph writes it."""
    return odata_time(datetime.now(timezone.utc) - timedelta(**duration))


def observe(simulator: Simulator, case: Case, placeholders: Placeholders, value: t.Any) -> dict[str, t.Any]:
    """Run the module with this value, or without the option if the value is None, and return the observations."""
    row, module = case.row, TABLE[case.module]
    options = {
        **placeholders.fill(module["options"]),
        "graph_url": simulator.graph_url,
        "authority_url": simulator.authority_url,
        "ca_path": simulator.ca_path,
        "retries": 0,
        **placeholders.fill(row.get("options", {})),
    }
    options.pop(case.option, None)
    environ = placeholders.fill(row.get("environ", {}))
    if value is not None:
        (environ if case.is_variable else options)[case.name] = str(value) if case.is_variable else value
    for name, objects in placeholders.fill({**module.get("objects", {}), **row.get("objects", {})}).items():
        (simulator.set_objects if isinstance(objects, list) else simulator.set_settings)(name, objects)
    simulator.faults(row.get("faults", []))
    simulator.clear_journal()
    result, output, _status = run_module(options, module=case.module, environ=environ)
    assert [secret for secret in (simulator.client_secret, simulator.password, "eyJ") if secret in output] == []
    return {**result["graph"], **_outcome(result), **_traffic(simulator.journal()), "caches": _caches(placeholders)}


def _outcome(result: dict[str, t.Any]) -> dict[str, t.Any]:
    (objects,) = (result[key] for key in RESULT_KEYS if key in result)
    waited = re.search(r" after (\S+) s the time of the last sync has not moved on", result["msg"])
    return {
        "kind": result["error"]["kind"] if "error" in result else "none",
        "ids": [entry["id"] for entry in objects],
        "actions": [entry.get("action") for entry in objects],
        "completed": [entry.get("completed") for entry in objects],
        "waited": waited and waited[1],
    }


def _traffic(journal: list[dict[str, t.Any]]) -> dict[str, t.Any]:
    sign_in = next((entry for entry in journal if entry["path"].endswith("/oauth2/v2.0/token")), None)
    bodies = [entry["body"] for entry in journal if entry["service"] == "graph" and isinstance(entry["body"], dict)]
    return {
        # Each service once, in the order of the first requests.
        "services": list(dict.fromkeys(entry["service"] for entry in journal)),
        "signed_in_to": sign_in and sign_in["path"].split("/")[1],
        "signed_in_as": sign_in and sign_in["body"].get("client_id"),
        "sync_types": [body["syncType"] for body in bodies if "syncType" in body],
        "polls": "many" if sum(entry["method"] == "GET" for entry in journal) > FEW_POLLS else "few",
    }


def _caches(placeholders: Placeholders) -> int:
    return sum(path.name == "cache" for path in Path(placeholders["token_cache"]).parent.iterdir())


@pytest.mark.parametrize("case", list(cases()), ids=lambda case: f"{case.module}: {case.name}")
def test_an_option_has_the_effect_of_its_row(simulator: Simulator, case: Case, placeholders: Placeholders) -> None:
    with_option = [(value, "with") for value in (case.row["value"], *case.row.get("same_outcome", ()))]
    for value, outcome in ((case.row.get("other_value"), "without"), *with_option):
        observed = observe(simulator, case, placeholders, placeholders.fill(value))
        expected = placeholders.fill(case.row[outcome])
        assert {name: observed[name] for name in expected} == expected, (value, outcome, observed)


@pytest.mark.parametrize("module", DOCUMENTED)
def test_each_description_ends_with_a_full_stop(module: str) -> None:
    # In YAML " #" starts a comment, which cuts a sentence without a warning.
    assert [text for text in descriptions(module) if not text.endswith((".", ":"))] == []


@pytest.mark.parametrize("module", MODULES)
def test_each_documented_option_has_a_row(module: str) -> None:
    assert {*rows_of(module), *TABLE["shared"]} == set(module_options(module))


@pytest.mark.parametrize("module", MODULES)
def test_the_modules_have_the_same_names_for_shared_options(module: str) -> None:
    first, other = ({name: module_options(name_)[name] for name in TABLE["shared"]} for name_ in (MODULES[0], module))
    assert other == first


def test_the_device_login_has_the_same_names_for_shared_options() -> None:
    # The unit tests of the device login use these names.
    options = module_options("graph_device_login")
    documented = {name: option for name, option in options.items() if name in OPTIONS}
    shared = {name: Option(name, OPTIONS[name].aliases, OPTIONS[name].environment) for name in documented}
    assert documented == shared


def test_each_documented_environment_variable_has_a_case() -> None:
    tested = {case.name for case in cases() if case.is_variable}
    documented = set().union(*(environment_variables(module) for module in DOCUMENTED))
    documents = [ROOT / "README.md", *ROOT.glob("docs/docsite/rst/*.rst"), *ROOT.glob("roles/*/README.md")]
    for document in documents:
        documented.update(re.findall(rf"\b(?:{PREFIXES})_[A-Z0-9_]*[A-Z]\b", document.read_text(encoding="utf-8")))
    assert documented - UNUSED - VARIABLES_OF_AWX == tested


@pytest.mark.parametrize(
    ("name", "row"),
    [pytest.param(*item, id=item[0]) for part in TABLE.values() for item in part.get("rows", part).items()],
)
def test_the_two_outcomes_of_a_row_differ(name: str, row: dict[str, t.Any]) -> None:
    assert set(row["with"]) == set(row["without"]), name
    assert row["with"] != row["without"]
