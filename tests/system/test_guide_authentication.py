# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guide to authentication: each of its playbooks and commands signs in by the method that it is shown for."""

from __future__ import annotations

import json
import re
import shutil
import typing as t

import pytest
import yaml
from ansible_collections.msgraph.intune.plugins.modules import graph_device_login
from ansible_collections.msgraph.intune.tests.graph_simulator.ansible_environment import clean_environment
from ansible_collections.msgraph.intune.tests.graph_simulator.private_file import write_private_file
from ansible_collections.msgraph.intune.tests.system.certificates import make_certificate
from ansible_collections.msgraph.intune.tests.system.clients import READ_WRITE, obtain_refresh_token
from ansible_collections.msgraph.intune.tests.system.commands import run_command
from ansible_collections.msgraph.intune.tests.system.guides import (
    CLIENT_ID,
    CONTOSO,
    GUIDES,
    README,
    Stage,
    code_blocks,
    commands,
    first_line,
    messages,
    playbooks,
)
from ansible_collections.msgraph.intune.tests.system.long_run import LongRun
from jinja2 import Template

if t.TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator

GUIDE = GUIDES / "guide_authentication.rst"
SHELL = code_blocks(GUIDE, "shell")
PLAYBOOKS = {first_line(playbook): playbook for playbook in playbooks(GUIDE)}
# The playbook that the guide calls sync.yml.
SYNC = PLAYBOOKS["- name: Sync a connector with the credential from the environment"]
LOGGED_IN = PLAYBOOKS["- name: Sync a connector in the name of the user who signed in"]
LOGIN_IN_AWX = PLAYBOOKS["- name: Sign a person in by device code"]
(LOGIN,) = (block for block in SHELL if "msgraph.intune.device_login" in block)
FIELDS, INJECTORS = (
    next(block for block in code_blocks(GUIDE, "yaml") if block.startswith(word)) for word in ("fields:", "env:")
)
SHOWN_LOGIN, SHOWN_ERROR = messages(GUIDE)
METHODS = {
    "- name: Sync a connector with a token of the platform": "federated_token",
    "- name: Sync a connector with the identity of this virtual machine": "managed_identity",
    "- name: Sync a connector with a certificate": "certificate",
    "- name: Sync a connector with a client secret": "client_secret",
    "- name: Sync a connector with a refresh token": "refresh_token",
    "- name: Sync a connector with a user's password": "password",
    "- name: Sync a connector with an access token": "access_token",
}
# The commands that run sync.yml, by a variable that they set, and what is typed into them.
TYPED = {
    "AZURE_FEDERATED_TOKEN_FILE": ("federated_token", None),
    "AZURE_CLIENT_CERTIFICATE_PATH": ("certificate", "intune_certificate_password"),
    "AZURE_CLIENT_SECRET": ("client_secret", "intune_client_secret"),
    "AZURE_USERNAME": ("password", "intune_password"),
    "MSGRAPH_ACCESS_TOKEN": ("access_token", "access_token"),
}
ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Reader(Stage):
    """Somebody who has every credential of the guide, where the guide has it, and none in the environment."""

    def __init__(self, simulator: Simulator, folder: Path) -> None:
        certificate = make_certificate()
        simulator.register_certificate(certificate.certificate_pem)
        self.vault = {
            "intune_client_secret": simulator.client_secret,
            "intune_certificate_password": certificate.password,
            "intune_refresh_token": obtain_refresh_token(simulator),
            "intune_password": simulator.password,
            "access_token": simulator.token(roles=[READ_WRITE]),
        }
        self.cache = folder / "cache.json"
        files = {
            "/run/secrets/tokens/entra": (folder / "federated-token", simulator.federated_token().encode()),
            "/run/secrets/graph-token": (folder / "graph-token", self.vault["access_token"].encode()),
            "/etc/intune-sync/intune-sync.pem": (folder / "intune-sync.pem", certificate.encrypted_pem),
        }
        for path, content in files.values():
            write_private_file(path, content)
        super().__init__(
            simulator,
            folder,
            environment=clean_environment(
                AZURE_AUTHORITY_HOST=simulator.authority_url,
                MSGRAPH_URL=simulator.graph_url,
                MSGRAPH_CA_PATH=simulator.ca_path,
                # What Azure sets where a managed identity is at hand.
                IDENTITY_ENDPOINT=simulator.identity_endpoint,
                IDENTITY_HEADER=simulator.identity_header,
                # To see the results.
                ANSIBLE_VERBOSITY="1",
                PYTHONUNBUFFERED="1",
            ),
            variables=self.vault,
            replaced={
                **{written: str(path) for written, (path, _content) in files.items()},
                "~/.local/state/msgraph/tokens.json": str(self.cache),
                "operator@contoso.example": simulator.username,
            },
        )
        (folder / "sync.yml").write_text(self.adapted(SYNC), encoding="utf-8")

    def log_in(self, command: str) -> str:
        """Run a command that shows a code, enter the code, and return what it printed."""
        self.simulator.set_device_codes(interval=1)
        with LongRun(["bash", "-c", f"exec {self.adapted(command)}"], self.environment, self.folder) as running:
            running.wait_for("showed a code", lambda: re.search(r"enter the code (\S+) ", running.output))
            (code,) = set(re.findall(r"enter the code (\S+) ", running.output))
            self.simulator.approve_device_code(code)
            assert running.end() == 0, running.output
        return running.output

    def assert_synced(self, run: subprocess.CompletedProcess[str], method: str) -> None:
        assert run.returncode == 0, run.stdout + run.stderr
        assert f'"auth_method": "{method}"' in run.stdout
        assert self.triggers(CONTOSO) == 1


@pytest.fixture
def reader(simulator: Simulator, tmp_path: Path) -> Reader:
    return Reader(simulator, tmp_path)


def plain(value: t.Any) -> str:
    """JSON or text without what differs from time to time."""
    return ID.sub("…", value if isinstance(value, str) else json.dumps(value, sort_keys=True))


def test_each_playbook_is_known_here() -> None:
    assert {*METHODS, first_line(SYNC), first_line(LOGGED_IN), first_line(LOGIN_IN_AWX)} == set(PLAYBOOKS)
    assert {block for block in SHELL if "sync.yml" in block} == {by_environment(variable) for variable in TYPED}


@pytest.mark.parametrize(("playbook", "method"), METHODS.items())
def test_a_playbook_signs_in_by_its_method(reader: Reader, playbook: str, method: str) -> None:
    reader.assert_synced(reader.play(PLAYBOOKS[playbook]), method)


def by_environment(variable: str) -> str:
    """The command that sets this variable and runs the playbook."""
    return next(block for block in SHELL if f"export {variable}" in block and "sync.yml" in block)


@pytest.mark.parametrize("variable", TYPED)
def test_a_command_signs_in_by_its_method(reader: Reader, variable: str) -> None:
    method, secret = TYPED[variable]
    typed = "" if secret is None else f"{reader.vault[secret]}\n"
    reader.assert_synced(reader.command(by_environment(variable), typed), method)


def test_the_playbook_signs_in_with_what_the_azure_credential_of_awx_injects(reader: Reader) -> None:
    simulator = reader.simulator
    reader.environment |= {
        "AZURE_SUBSCRIPTION_ID": "",
        "AZURE_CLIENT_ID": simulator.client_id,
        "AZURE_TENANT": simulator.tenant_id,
        "AZURE_SECRET": simulator.client_secret,
    }
    reader.assert_synced(reader.play(SYNC), "client_secret")


def test_a_credential_type_hands_the_refresh_token_over(reader: Reader) -> None:
    (field,) = yaml.safe_load(FIELDS)["fields"]
    assert (field["secret"], yaml.safe_load(FIELDS)["required"]) == (True, [field["id"]])
    given = {field["id"]: reader.vault["intune_refresh_token"]}
    # As the controller renders its injectors.
    reader.environment |= {
        name: Template(value).render(given) for name, value in yaml.safe_load(INJECTORS)["env"].items()
    }
    reader.assert_synced(reader.play(SYNC), "refresh_token")


def test_a_person_signs_in_and_the_playbook_syncs_in_that_name(reader: Reader) -> None:
    said = " ".join(reader.log_in(LOGIN).split())
    # Address, code and time are the login service's.
    form = re.escape(SHOWN_LOGIN.partition(" Waiting for code")[0])
    for service_s in ("https://microsoft\\.com/devicelogin", "ABCD1234", "15\\ min\\ 00\\ s"):
        assert service_s in form
        form = form.replace(service_s, ".+?")
    assert re.search(form, said), said
    reader.assert_synced(reader.play(LOGGED_IN), "token_cache")


def test_the_example_of_the_device_login_signs_a_person_in_and_syncs(reader: Reader) -> None:
    (reader.folder / "login.yml").write_text(reader.adapted(graph_device_login.EXAMPLES), encoding="utf-8")
    said = reader.log_in(f"ansible-playbook login.yml -e token_cache={reader.cache}")
    assert f"{reader.simulator.username} signed in" in said
    assert reader.triggers() == 1


def test_a_project_of_awx_can_sign_a_person_in(reader: Reader) -> None:
    (reader.folder / "login.yml").write_text(LOGIN_IN_AWX, encoding="utf-8")
    said = reader.log_in(f"ansible-playbook login.yml -e token_cache_path={reader.cache}")
    assert f"{reader.simulator.username} signed in" in said


def test_the_claims_of_a_token_are_shown_and_not_the_token(reader: Reader) -> None:
    token = reader.folder / "federated-token"
    (command,) = (block for block in SHELL if block.startswith("python3 -c"))
    run = reader.command(f"export AZURE_FEDERATED_TOKEN_FILE={token}\n{command}")
    shown = dict(line.split(": ", 1) for line in run.stdout.splitlines())
    assert list(shown) == ["iss", "sub", "aud"], run.stdout + run.stderr
    assert shown["aud"] == "api://AzureADTokenExchange"
    assert token.read_text(encoding="utf-8") not in run.stdout


@pytest.mark.skipif(shutil.which("openssl") is None, reason="there is no openssl")
def test_a_certificate_made_by_its_commands_signs_in(reader: Reader) -> None:
    (making,) = (block for block in SHELL if block.startswith("umask"))
    password = reader.vault["intune_certificate_password"]
    # In a session without a terminal, openssl reads the password, twice, from what is typed.
    run = run_command(
        ["setsid", "--wait", "bash", "-ec", making], reader.environment, text=f"{password}\n" * 2, folder=reader.folder
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert b"ENCRYPTED" in (reader.folder / "intune-sync.key").read_bytes()
    uploaded = (reader.folder / "intune-sync.crt").read_text(encoding="utf-8")
    reader.simulator.change_application(CLIENT_ID, certificates=[uploaded])
    # What they made has taken the place of the one that was there.
    reader.assert_synced(reader.play(PLAYBOOKS["- name: Sync a connector with a certificate"]), "certificate")


def test_what_is_shown_of_a_refusal_is_what_comes(reader: Reader) -> None:
    wrong = "a-made-up-secret-that-nobody-has"
    playbook = PLAYBOOKS["- name: Sync a connector with a client secret"]
    run = reader.play(playbook.replace("{{ intune_client_secret }}", wrong))
    assert run.returncode == 2, run.stdout + run.stderr
    text = run.stdout + run.stderr
    result = json.JSONDecoder().raw_decode(text, text.index("FAILED! => ") + 11)[0]
    message = result["msg"].replace(reader.simulator.tenant_domain, "contoso.example")
    assert plain(message) == plain(SHOWN_ERROR)
    (error,) = (block for block in code_blocks(GUIDE, "yaml") if block.startswith("error:"))
    assert plain(result["error"]) == plain(yaml.safe_load(error)["error"])


def test_the_readme_signs_in_by_the_environment(reader: Reader) -> None:
    (sign_in,) = (block for block in code_blocks(README, "shell") if block.startswith("export AZURE_TENANT_ID"))
    find, _sync = commands(README)
    run = reader.command(sign_in + find, f"{reader.simulator.client_secret}\n")
    assert run.returncode == 0, run.stdout + run.stderr
    assert '"auth_method": "client_secret"' in run.stdout
