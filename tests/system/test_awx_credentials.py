# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Credentials of AWX, put into jobs by AWX's own code, and the jobs run by ansible-runner against the simulator."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.msgraph.intune.plugins.module_utils._graph.config.options import OPTIONS
from ansible_collections.msgraph.intune.tests.graph_simulator.ansible_environment import clean_environment
from ansible_collections.msgraph.intune.tests.system.certificates import make_certificate
from ansible_collections.msgraph.intune.tests.system.jobs import Job

if t.TYPE_CHECKING:
    from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator
    from ansible_collections.msgraph.intune.tests.system.engines import Engines

FILES = Path(__file__).parents[2] / "roles/awx_setup/files"
HIDDEN = "**********"


def read(name: str) -> t.Any:
    return yaml.safe_load((FILES / name).read_text(encoding="utf-8"))


class Awx:
    """AWX's code that makes a job's environment of a credential."""

    def __init__(self, engines: Engines, folder: Path) -> None:
        engines.package("awx-plugins-core")
        engines.package("awx_plugins.interfaces")
        from awx_plugins.credentials import plugins
        from awx_plugins.interfaces import _temporary_private_api as api
        from awx_plugins.interfaces._temporary_private_inject_api import inject_credential

        self._api, self._inject, self._folder = api, inject_credential, folder
        self.azure_rm = plugins.azure_rm
        self.ours = api.ManagedCredentialType(
            namespace="entra",
            name="Microsoft Entra application",
            kind="cloud",
            inputs=read("credential_type_inputs.yml"),
            injectors=read("credential_type_injectors.yml"),
        )

    def inject(self, kind: t.Any, inputs: dict[str, t.Any]) -> tuple[dict[str, str], dict[str, str]]:
        """The environment of a job with this credential, and what AWX shows of it."""
        (self._folder / "env").mkdir(mode=0o700, parents=True, exist_ok=True)
        environment: dict[str, t.Any] = {}
        shown: dict[str, t.Any] = {}
        arguments: list[str] = []
        self._inject(kind, self._api.Credential(inputs), environment, shown, arguments, str(self._folder))
        assert arguments == []
        # The job would see its folder as /runner, in its container.
        return {name: value.replace("/runner/", f"{self._folder}/") for name, value in environment.items()}, shown


@pytest.fixture
def awx(engines: Engines, tmp_path: Path) -> Awx:
    return Awx(engines, tmp_path / "job")


@pytest.fixture
def signs_in(
    awx: Awx, engines: Engines, simulator: Simulator, tmp_path: Path
) -> t.Callable[[t.Any, dict[str, str]], str]:
    """Runs a job with a credential, and returns how it signed in; nothing secret may be shown by AWX or left behind."""

    def run(kind: t.Any, inputs: dict[str, str]) -> str:
        environment, shown = awx.inject(kind, inputs)
        job = Job(tmp_path / "job", engines.command("ansible-runner"), clean_environment())
        service = {
            "AZURE_AUTHORITY_HOST": simulator.authority_url,
            "MSGRAPH_URL": simulator.graph_url,
            "MSGRAPH_CA_PATH": simulator.ca_path,
        }
        job.give(**job.variables, **service, **environment)
        job.answer(connector_id=simulator.connector_ids[0], wait=False)
        done = job.play("sync_exchange_connectors.yml")
        assert done.returncode == 0, done.stdout
        secrets = [inputs.get(field["id"]) for field in kind.inputs["fields"] if field.get("secret")]
        for secret in filter(None, secrets):
            assert secret not in str(shown)
            assert secret not in done.stdout
        return str(job.result()["graph"]["auth_method"])

    return run


SignsIn = t.Callable[[t.Any, dict[str, str]], str]


class TestOurCredentialType:
    @pytest.fixture
    def application(self, simulator: Simulator) -> dict[str, str]:
        return {"tenant": simulator.tenant_id, "client": simulator.client_id, "cloud": "global"}

    def test_a_secret(self, awx: Awx, signs_in: SignsIn, simulator: Simulator, application: dict[str, str]) -> None:
        assert signs_in(awx.ours, {**application, "secret": simulator.client_secret}) == "client_secret"

    def test_a_certificate(
        self, awx: Awx, signs_in: SignsIn, simulator: Simulator, application: dict[str, str]
    ) -> None:
        certificate = make_certificate()
        simulator.register_certificate(certificate.certificate_pem)
        given = {"certificate": certificate.encrypted_pem.decode(), "certificate_password": certificate.password}
        assert signs_in(awx.ours, {**application, **given}) == "certificate"

    def test_a_federated_token(
        self, awx: Awx, signs_in: SignsIn, simulator: Simulator, application: dict[str, str]
    ) -> None:
        assert signs_in(awx.ours, {**application, "federated_token": simulator.federated_token()}) == "federated_token"

    def test_an_access_token(self, awx: Awx, signs_in: SignsIn, writer: str) -> None:
        assert signs_in(awx.ours, {"access_token": writer, "tenant": "", "secret": ""}) == "access_token"

    def test_awx_hides_what_is_secret(self, awx: Awx) -> None:
        fields = awx.ours.inputs["fields"]
        filled = {str(field["id"]): f"value-of-{field['id']}" for field in fields}
        environment, shown = awx.inject(awx.ours, filled)
        assert {name for name, value in shown.items() if value == HIDDEN} == {
            "AZURE_CLIENT_CERTIFICATE_PASSWORD",
            "AZURE_CLIENT_SECRET",
            "AZURE_FEDERATED_TOKEN",
            "MSGRAPH_ACCESS_TOKEN",
        }
        path = Path(environment["AZURE_CLIENT_CERTIFICATE_PATH"])
        assert (path.read_text(encoding="utf-8"), path.stat().st_mode & 0o777) == ("value-of-certificate", 0o600)

    def test_without_a_certificate_there_is_no_path(self, awx: Awx) -> None:
        environment, _shown = awx.inject(awx.ours, {"tenant": "t"})
        assert environment == {**dict.fromkeys(awx.ours.injectors["env"], ""), "AZURE_TENANT_ID": "t"}

    def test_the_modules_read_each_variable(self, awx: Awx) -> None:
        variables = {variable for option in OPTIONS.values() for variable in option.environment}
        assert set(awx.ours.injectors["env"]) <= variables


class TestAzureCredential:
    """The one that AWX has built in."""

    def test_an_application(self, awx: Awx, signs_in: SignsIn, simulator: Simulator) -> None:
        application = {"client": simulator.client_id, "tenant": simulator.tenant_id, "secret": simulator.client_secret}
        assert signs_in(awx.azure_rm, {"subscription": "unused", **application}) == "client_secret"

    def test_an_application_whose_other_fields_are_empty(
        self, awx: Awx, signs_in: SignsIn, simulator: Simulator
    ) -> None:
        application = {"client": simulator.client_id, "tenant": simulator.tenant_id, "secret": simulator.client_secret}
        empty = dict.fromkeys(("subscription", "username", "password"), "")
        given = {**empty, **application, "cloud_environment": "AzureCloud"}
        assert signs_in(awx.azure_rm, given) == "client_secret"

    def test_a_user(self, awx: Awx, signs_in: SignsIn, simulator: Simulator) -> None:
        given = {"username": simulator.username, "password": simulator.password, "subscription": "", "secret": ""}
        assert signs_in(awx.azure_rm, given) == "password"

    def test_a_user_with_tenant_and_client_reaches_no_job(self, awx: Awx, simulator: Simulator) -> None:
        application = {"client": simulator.client_id, "tenant": simulator.tenant_id, "secret": ""}
        given = {"username": simulator.username, "password": simulator.password, "subscription": "", **application}
        environment, _shown = awx.inject(awx.azure_rm, given)
        assert environment["AZURE_SECRET"] == ""
        assert not {"AZURE_AD_USER", "AZURE_PASSWORD"} & set(environment)
