# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the playbooks and commands of the guides about sign-in, and check the sign-in method of each."""

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
    ExampleRunner,
    code_blocks,
    commands,
    first_line,
    messages,
    playbooks,
)
from ansible_collections.msgraph.intune.tests.system.long_run import LongRun
from ansible_collections.msgraph.intune.tests.system.playbooks import failed_result
from jinja2 import Template

if t.TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator

GUIDE = GUIDES / "guide_authentication.rst"
DELEGATED_GUIDE = GUIDES / "guide_authentication_delegated.rst"
TROUBLESHOOTING_GUIDE = GUIDES / "guide_troubleshooting_sign_in.rst"
SHELL = [*code_blocks(GUIDE, "shell"), *code_blocks(DELEGATED_GUIDE, "shell")]
PLAYBOOKS = {first_line(playbook): playbook for guide in (GUIDE, DELEGATED_GUIDE) for playbook in playbooks(guide)}
# The playbook that the guides call sync.yml.
SYNC = PLAYBOOKS["- name: Sync a connector with the credential from the environment"]
AFTER_LOGIN = PLAYBOOKS["- name: Sync a connector in the name of the user who signed in"]
LOGIN_IN_AWX = PLAYBOOKS["- name: Sign a person in by device code"]
(LOGIN,) = (block for block in SHELL if "msgraph.intune.device_login" in block)
FIELDS, INJECTORS = (
    next(block for block in code_blocks(DELEGATED_GUIDE, "yaml") if block.startswith(word))
    for word in ("fields:", "env:")
)
(LOGIN_MESSAGE,) = messages(DELEGATED_GUIDE)
(ERROR_MESSAGE,) = messages(TROUBLESHOOTING_GUIDE)
METHODS = {
    "- name: Sync a connector with a token of the platform": "federated_token",
    "- name: Sync a connector with the identity of this virtual machine": "managed_identity",
    "- name: Sync a connector with a certificate": "certificate",
    "- name: Sync a connector with a client secret": "client_secret",
    "- name: Sync a connector with a refresh token": "refresh_token",
    "- name: Sync a connector with a user's password": "password",
    "- name: Sync a connector with an access token": "access_token",
}
# The commands that run sync.yml, by a variable that they set: the sign-in method, and the secret that the reader types.
SHELL_EXAMPLES = {
    "AZURE_FEDERATED_TOKEN_FILE": ("federated_token", None),
    "AZURE_CLIENT_CERTIFICATE_PATH": ("certificate", "intune_certificate_password"),
    "AZURE_CLIENT_SECRET": ("client_secret", "intune_client_secret"),
    "AZURE_USERNAME": ("password", "intune_password"),
    "MSGRAPH_ACCESS_TOKEN": ("access_token", "access_token"),
}
ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class AuthenticationExamples(ExampleRunner):
    """Run examples with each credential of the guide in its place, and without credentials in the environment."""

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
                # Azure sets these on a host with a managed identity.
                IDENTITY_ENDPOINT=simulator.identity_endpoint,
                IDENTITY_HEADER=simulator.identity_header,
                # Print the results of tasks.
                ANSIBLE_VERBOSITY="1",
                PYTHONUNBUFFERED="1",
            ),
            variables=self.vault,
            replacements={
                **{original: str(path) for original, (path, _content) in files.items()},
                "~/.local/state/msgraph/tokens.json": str(self.cache),
                "operator@contoso.example": simulator.username,
            },
        )
        (folder / "sync.yml").write_text(self.adapt(SYNC), encoding="utf-8")

    def log_in(self, command: str) -> str:
        """Run a command that shows a code, approve the code, and return the output."""
        self.simulator.set_device_codes(interval=1)
        with LongRun(["bash", "-c", f"exec {self.adapt(command)}"], self.environment, self.folder) as running:
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
def examples(simulator: Simulator, tmp_path: Path) -> AuthenticationExamples:
    return AuthenticationExamples(simulator, tmp_path)


def without_ids(value: t.Any) -> str:
    """Return a text, or a value as JSON, with a placeholder for each ID."""
    return ID.sub("…", value if isinstance(value, str) else json.dumps(value, sort_keys=True))


def test_each_playbook_and_command_has_a_test() -> None:
    assert {*METHODS, first_line(SYNC), first_line(AFTER_LOGIN), first_line(LOGIN_IN_AWX)} == set(PLAYBOOKS)
    tested_commands = {command_that_sets(variable) for variable in SHELL_EXAMPLES}
    assert {block for block in SHELL if "sync.yml" in block} == tested_commands


@pytest.mark.parametrize(("playbook", "method"), METHODS.items())
def test_a_playbook_signs_in_with_its_method(examples: AuthenticationExamples, playbook: str, method: str) -> None:
    examples.assert_synced(examples.run_playbook(PLAYBOOKS[playbook]), method)


def command_that_sets(variable: str) -> str:
    """Return the command that sets this variable and runs sync.yml."""
    return next(block for block in SHELL if f"export {variable}" in block and "sync.yml" in block)


@pytest.mark.parametrize("variable", SHELL_EXAMPLES)
def test_a_command_signs_in_with_its_method(examples: AuthenticationExamples, variable: str) -> None:
    method, secret = SHELL_EXAMPLES[variable]
    stdin = "" if secret is None else f"{examples.vault[secret]}\n"
    examples.assert_synced(examples.run_shell(command_that_sets(variable), stdin), method)


def test_the_playbook_signs_in_with_the_variables_of_the_azure_credential_of_awx(
    examples: AuthenticationExamples,
) -> None:
    simulator = examples.simulator
    examples.environment |= {
        "AZURE_SUBSCRIPTION_ID": "",
        "AZURE_CLIENT_ID": simulator.client_id,
        "AZURE_TENANT": simulator.tenant_id,
        "AZURE_SECRET": simulator.client_secret,
    }
    examples.assert_synced(examples.run_playbook(SYNC), "client_secret")


def test_the_credential_type_provides_the_refresh_token(examples: AuthenticationExamples) -> None:
    (field,) = yaml.safe_load(FIELDS)["fields"]
    assert (field["secret"], yaml.safe_load(FIELDS)["required"]) == (True, [field["id"]])
    fields = {field["id"]: examples.vault["intune_refresh_token"]}
    # The controller renders injectors in this way.
    examples.environment |= {
        name: Template(value).render(fields) for name, value in yaml.safe_load(INJECTORS)["env"].items()
    }
    examples.assert_synced(examples.run_playbook(SYNC), "refresh_token")


def test_a_person_signs_in_and_the_playbook_syncs_as_that_user(examples: AuthenticationExamples) -> None:
    output = " ".join(examples.log_in(LOGIN).split())
    pattern = re.escape(LOGIN_MESSAGE.partition(" Waiting for code")[0])
    # The login service chooses the address, the code and the time.
    for variable_part in ("https://microsoft\\.com/devicelogin", "ABCD1234", "15\\ min\\ 00\\ s"):
        assert variable_part in pattern
        pattern = pattern.replace(variable_part, ".+?")
    assert re.search(pattern, output), output
    examples.assert_synced(examples.run_playbook(AFTER_LOGIN), "token_cache")


def test_the_example_of_the_device_login_signs_a_person_in_and_syncs(examples: AuthenticationExamples) -> None:
    (examples.folder / "login.yml").write_text(examples.adapt(graph_device_login.EXAMPLES), encoding="utf-8")
    output = examples.log_in(f"ansible-playbook login.yml -e token_cache={examples.cache}")
    assert f"{examples.simulator.username} signed in" in output
    assert examples.triggers() == 1


def test_the_login_playbook_for_awx_signs_a_person_in(examples: AuthenticationExamples) -> None:
    (examples.folder / "login.yml").write_text(LOGIN_IN_AWX, encoding="utf-8")
    output = examples.log_in(f"ansible-playbook login.yml -e token_cache_path={examples.cache}")
    assert f"{examples.simulator.username} signed in" in output


def test_the_command_shows_claims_of_a_token_but_not_the_token(examples: AuthenticationExamples) -> None:
    token = examples.folder / "federated-token"
    (command,) = (block for block in SHELL if block.startswith("python3 -c"))
    run = examples.run_shell(f"export AZURE_FEDERATED_TOKEN_FILE={token}\n{command}")
    claims = dict(line.split(": ", 1) for line in run.stdout.splitlines())
    assert list(claims) == ["iss", "sub", "aud"], run.stdout + run.stderr
    assert claims["aud"] == "api://AzureADTokenExchange"
    assert token.read_text(encoding="utf-8") not in run.stdout


@pytest.mark.skipif(shutil.which("openssl") is None, reason="there is no openssl")
def test_a_certificate_from_the_commands_of_the_guide_signs_in(examples: AuthenticationExamples) -> None:
    (commands_of_guide,) = (block for block in SHELL if block.startswith("umask"))
    password = examples.vault["intune_certificate_password"]
    # Without a terminal, openssl reads the password from its standard input, twice.
    run = run_command(
        ["setsid", "--wait", "bash", "-ec", commands_of_guide],
        examples.environment,
        text=f"{password}\n" * 2,
        folder=examples.folder,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert b"ENCRYPTED" in (examples.folder / "intune-sync.key").read_bytes()
    certificate = (examples.folder / "intune-sync.crt").read_text(encoding="utf-8")
    examples.simulator.change_application(CLIENT_ID, certificates=[certificate])
    # The commands wrote the file that the playbook reads.
    examples.assert_synced(
        examples.run_playbook(PLAYBOOKS["- name: Sync a connector with a certificate"]), "certificate"
    )


def test_the_message_and_the_error_of_a_wrong_secret_are_those_of_the_guide(examples: AuthenticationExamples) -> None:
    wrong_secret = "a-made-up-secret"
    playbook = PLAYBOOKS["- name: Sync a connector with a client secret"]
    run = examples.run_playbook(playbook.replace("{{ intune_client_secret }}", wrong_secret))
    assert run.returncode == 2, run.stdout + run.stderr
    result = failed_result(run)
    message = result["msg"].replace(examples.simulator.tenant_domain, "contoso.example")
    assert without_ids(message) == without_ids(ERROR_MESSAGE)
    (error,) = (block for block in code_blocks(TROUBLESHOOTING_GUIDE, "yaml") if block.startswith("error:"))
    assert without_ids(result["error"]) == without_ids(yaml.safe_load(error)["error"])


def test_the_commands_of_the_readme_sign_in_with_environment_variables(examples: AuthenticationExamples) -> None:
    (sign_in,) = (block for block in code_blocks(README, "shell") if block.startswith("export AZURE_TENANT_ID"))
    (preview,) = commands(README)
    run = examples.run_shell(sign_in + preview, f"{examples.simulator.client_secret}\n")
    assert run.returncode == 0, run.stdout + run.stderr
    assert '"auth_method": "client_secret"' in run.stdout
