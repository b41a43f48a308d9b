# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Check the files that Automation Platform reads: the pattern, and the query that counts managed nodes."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.msgraph.intune.tests.graph_simulator.ansible_environment import ansible_environment
from ansible_collections.msgraph.intune.tests.system.guides import CONTOSO, FABRIKAM, contoso, fabrikam
from ansible_collections.msgraph.intune.tests.system.playbooks import SYNC, ad_hoc, result_of

if t.TYPE_CHECKING:
    from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator
    from ansible_collections.msgraph.intune.tests.system.engines import Engines

EXTENSIONS = Path(__file__).parents[2] / "extensions"
PATTERN = EXTENSIONS / "patterns/sync_exchange_connectors"


class TestAudit:
    @pytest.fixture
    def count(self, engines: Engines) -> t.Callable[[dict[str, t.Any]], list[dict[str, t.Any]]]:
        """Return a function that runs the query on a result, like the controller does for each event."""
        engines.package("jq")
        import jq

        queries = yaml.safe_load((EXTENSIONS / "audit/event_query.yml").read_text(encoding="utf-8"))
        assert set(queries) == {SYNC}
        query = jq.compile(queries[SYNC]["query"])
        return lambda result: t.cast("list[dict[str, t.Any]]", query.input_value(result).all())

    def test_each_triggered_connector_is_a_node(
        self, simulator: Simulator, count: t.Callable[[dict[str, t.Any]], list[dict[str, t.Any]]]
    ) -> None:
        simulator.set_connectors([contoso(), fabrikam()])
        by_id = count(result_of(ad_hoc(ansible_environment(simulator), SYNC, connector_id=[CONTOSO, FABRIKAM])))
        assert [(node["name"], node["canonical_facts"]) for node in by_id] == [
            (CONTOSO, {"id": CONTOSO}),
            (FABRIKAM, {"id": FABRIKAM}),
        ]
        assert all(node["facts"]["device_type"] == "intune_exchange_connector" for node in by_id)
        simulator.set_connectors([contoso(), fabrikam()])
        (node,) = count(
            result_of(ad_hoc(ansible_environment(simulator), SYNC, all_connectors=True, if_older_than="1d"))
        )
        assert (node["name"], node["canonical_facts"]) == ("CONN01.contoso.example", {"id": CONTOSO})

    def test_a_connector_that_is_not_triggered_is_not_a_node(
        self, simulator: Simulator, count: t.Callable[[dict[str, t.Any]], list[dict[str, t.Any]]]
    ) -> None:
        simulator.set_connectors([contoso()])
        environment = ansible_environment(simulator)
        assert count(result_of(ad_hoc(environment, SYNC, "--check", connector_id=CONTOSO))) == []
        assert count(result_of(ad_hoc(environment, SYNC, connector_id="gone"))) == []
        assert count({"msg": "of a task that failed before it began", "failed": True}) == []


class TestPattern:
    def test_the_pattern_has_the_files_that_galaxy_requires(self) -> None:
        pattern = json.loads((PATTERN / "meta/pattern.json").read_bytes())
        assert pattern["name"] == PATTERN.name
        (template,) = pattern["aap_resources"]["controller_job_templates"]
        assert template["primary"] is True
        assert [path.name for path in (PATTERN / "playbooks").iterdir()] == [template["playbook"]]
        assert (PATTERN / "README.md").exists()

    def test_the_survey_of_the_pattern_has_the_questions_of_the_role_that_a_pattern_supports(self) -> None:
        # The format of patterns supports only texts as defaults, and no limits: https://github.com/ansible/pattern-service
        survey = yaml.safe_load((EXTENSIONS.parent / "roles/awx_setup/files/survey.yml").read_text(encoding="utf-8"))
        survey["spec"] = [
            {key: value for key, value in question.items() if key not in ("min", "max")}
            for question in survey["spec"]
            if isinstance(question["default"], str)
        ]
        (template,) = json.loads((PATTERN / "meta/pattern.json").read_bytes())["aap_resources"][
            "controller_job_templates"
        ]
        assert template["survey"] == survey
        (question,) = (question for question in survey["spec"] if question["variable"] == "all_connectors")
        assert question["default"] == "false"

    def test_the_playbook_of_the_pattern_is_that_of_the_project(self) -> None:
        project = Path(__file__).parents[2] / "roles/awx_setup/files/project"
        name = "sync_exchange_connectors.yml"
        assert (PATTERN / "playbooks" / name).read_bytes() == (project / name).read_bytes()
