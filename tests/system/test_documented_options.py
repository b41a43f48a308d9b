# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each documented option makes the difference that options.yml tells, by each documented name and variable of it."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.msgraph.intune.plugins.module_utils._graph.config.options import OPTIONS
from ansible_collections.msgraph.intune.tests.graph_simulator.private_file import write_private_file
from ansible_collections.msgraph.intune.tests.system.certificates import AppCertificate, make_certificate
from ansible_collections.msgraph.intune.tests.system.clients import READ_WRITE, obtain_refresh_token
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

DOCUMENTED = (*MODULES, "graph_device_login")
FEW_LOOKS = 3
# What variables begin with that this collection, requests, or what its guides speak of might read.
PREFIXES = "AZURE|MSGRAPH|IDENTITY|IMDS|MSI|REQUESTS|CURL|HTTPS?|ALL|NO|CONTROLLER"
# Of the collection awx.awx, which reads them itself.
OF_OTHERS = {"CONTROLLER_HOST", "CONTROLLER_OAUTH_TOKEN", "CONTROLLER_PASSWORD", "CONTROLLER_USERNAME"}
# What AWX sets as well, and nobody here reads: that it may be there is tested with the ways to sign in.
UNUSED = {"AZURE_SUBSCRIPTION_ID"}


class Case(t.NamedTuple):
    """A row of the table, and the name by which its value is given: an option's, an alias, or a variable's."""

    module: str
    option: str | None
    name: str
    row: dict[str, t.Any]

    @property
    def is_variable(self) -> bool:
        return self.name.isupper()


def rows_of(module: str) -> dict[str, dict[str, t.Any]]:
    return {**TABLE["shared"], **TABLE[module]}


def cases() -> t.Iterator[Case]:
    for module in MODULES:
        documented = module_options(module)
        for option, row in rows_of(module).items():
            # By one and the same function they get their further names, so these are tried with one module.
            others = (*documented[option].aliases, *documented[option].variables) if module == MODULES[0] else ()
            for name in (option, *others):
                yield Case(module, option, name, row)
    for variable, row in TABLE["environment"].items():
        yield Case(MODULES[0], None, variable, row)


class Words:
    """What the words in braces stand for, each made when a row asks for it first; else they are of the simulator."""

    def __init__(self, simulator: Simulator, **makers: t.Callable[[], object]) -> None:
        self._simulator = simulator
        self._makers = makers
        self._made: dict[str, str] = {}

    def __getitem__(self, word: str) -> str:
        if word not in self._made:
            make = self._makers.get(word)
            self._made[word] = str(make() if make else getattr(self._simulator, word))
        return self._made[word]

    def fill(self, value: t.Any) -> t.Any:
        """Copy a value of the table, its words replaced."""
        if isinstance(value, str):
            return value.format_map(t.cast("dict[str, str]", self))
        if isinstance(value, dict):
            return {name: self.fill(item) for name, item in value.items()}
        return [self.fill(item) for item in value] if isinstance(value, list) else value


@pytest.fixture(scope="module")
def certificate() -> AppCertificate:
    return make_certificate()


@pytest.fixture
def words(simulator: Simulator, certificate: AppCertificate, tmp_path: Path) -> Words:
    def file(name: str, content: bytes) -> Path:
        write_private_file(tmp_path / name, content)
        return tmp_path / name

    def registered(content: bytes) -> Path:
        simulator.register_certificate(certificate.certificate_pem)
        return file("certificate.pem", content)

    healthy, warning, stuck = simulator.connector_ids
    return Words(
        simulator,
        healthy=lambda: healthy,
        warning=lambda: warning,
        stuck=lambda: stuck,
        proxy=lambda: simulator.proxy_url.replace("://", f"://{simulator.proxy_username}:{simulator.proxy_password}@"),
        token=lambda: simulator.token(roles=[READ_WRITE]),
        token_cache=lambda: tmp_path / "cache",
        refresh_token=lambda: obtain_refresh_token(simulator),
        federated_token=simulator.federated_token,
        federated_token_file=lambda: file("federated-token", simulator.federated_token().encode()),
        certificate=lambda: registered(certificate.pem),
        encrypted_certificate=lambda: registered(certificate.encrypted_pem),
        certificate_password=lambda: certificate.password,
    )


def observe(simulator: Simulator, case: Case, words: Words, value: t.Any) -> dict[str, t.Any]:
    """Run the case's module, the value given by the case's name if there is one, and tell what is to be seen."""
    row = case.row
    options = {
        "connector_id": words["healthy"],
        "graph_url": simulator.graph_url,
        "authority_url": simulator.authority_url,
        "ca_path": simulator.ca_path,
        "retries": 0,
        **words.fill(row.get("besides", {})),
    }
    options.pop(case.option, None)
    environ = words.fill(row.get("environ", {}))
    if value is not None:
        (environ if case.is_variable else options)[case.name] = str(value) if case.is_variable else value
    simulator.faults(row.get("faults", []))
    simulator.clear_journal()
    result, output, _status = run_module(options, module=case.module, environ=environ)
    assert [secret for secret in (simulator.client_secret, simulator.password, "eyJ") if secret in output] == []
    return {**result["graph"], **_outcome(result), **_traffic(simulator.journal()), "caches": _caches(words)}


def _outcome(result: dict[str, t.Any]) -> dict[str, t.Any]:
    connectors = result["connectors"]
    waited = re.search(r" after (\S+) s the time of the last sync has not moved on", result["msg"])
    return {
        "kind": result["error"]["kind"] if "error" in result else "none",
        "connectors": [entry["id"] for entry in connectors],
        "actions": [entry.get("action") for entry in connectors],
        "completed": [entry.get("completed") for entry in connectors],
        "waited": waited and waited[1],
    }


def _traffic(journal: list[dict[str, t.Any]]) -> dict[str, t.Any]:
    sign_in = next((entry for entry in journal if entry["path"].endswith("/oauth2/v2.0/token")), None)
    bodies = [entry["body"] for entry in journal if entry["path"].endswith("/sync")]
    return {
        # Each once, in the order of their first request.
        "services": list(dict.fromkeys(entry["service"] for entry in journal)),
        "signed_in_to": sign_in and sign_in["path"].split("/")[1],
        "signed_in_as": sign_in and sign_in["body"].get("client_id"),
        "sync_types": [body["syncType"] for body in bodies],
        # One before the trigger, one after it and one at the end of the wait are few.
        "looks": "many" if sum(entry["method"] == "GET" for entry in journal) > FEW_LOOKS else "few",
    }


def _caches(words: Words) -> int:
    return sum(path.name == "cache" for path in Path(words["token_cache"]).parent.iterdir())


@pytest.mark.parametrize("case", list(cases()), ids=lambda case: f"{case.module}: {case.name}")
def test_it_makes_the_difference_that_is_documented(simulator: Simulator, case: Case, words: Words) -> None:
    given = [(value, "with") for value in (case.row["given"], *case.row.get("also", ()))]
    for value, outcome in ((case.row.get("instead"), "without"), *given):
        seen = observe(simulator, case, words, words.fill(value))
        expected = words.fill(case.row[outcome])
        assert {name: seen[name] for name in expected} == expected, (value, outcome, seen)


@pytest.mark.parametrize("module", DOCUMENTED)
def test_each_description_is_read_to_its_end(module: str) -> None:
    # In YAML a "#" after a blank ends a sentence early, and nobody is told.
    assert [text for text in descriptions(module) if not text.endswith((".", ":"))] == []


@pytest.mark.parametrize("module", MODULES)
def test_each_documented_option_has_a_row(module: str) -> None:
    assert set(rows_of(module)) == set(module_options(module))


def test_the_modules_share_their_options_with_all_their_names() -> None:
    one, other = ({name: module_options(module)[name] for name in TABLE["shared"]} for module in MODULES)
    assert one == other


def test_the_device_login_documents_the_shared_names_for_what_it_shares() -> None:
    # By these names its unit tests try them.
    documented = {name: one for name, one in module_options("graph_device_login").items() if name in OPTIONS}
    shared = {name: Option(name, OPTIONS[name].aliases, OPTIONS[name].environment) for name in documented}
    assert documented == shared


def test_each_environment_variable_of_any_document_is_tried() -> None:
    tried = {case.name for case in cases() if case.is_variable}
    documented = set().union(*(environment_variables(module) for module in DOCUMENTED))
    documents = [ROOT / "README.md", *ROOT.glob("docs/docsite/rst/*.rst"), *ROOT.glob("roles/*/README.md")]
    for document in documents:
        documented.update(re.findall(rf"\b(?:{PREFIXES})_[A-Z0-9_]*[A-Z]\b", document.read_text(encoding="utf-8")))
    assert documented - UNUSED - OF_OTHERS == tried


@pytest.mark.parametrize(
    ("name", "row"), [pytest.param(*item, id=item[0]) for part in TABLE.values() for item in part.items()]
)
def test_the_two_tasks_of_a_row_differ(name: str, row: dict[str, t.Any]) -> None:
    assert set(row["with"]) == set(row["without"]), name
    assert row["with"] != row["without"]
