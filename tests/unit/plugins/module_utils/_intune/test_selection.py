# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.msgraph.intune.plugins.module_utils._graph.errors import (
    GraphError,
    NotFoundError,
    OptionsError,
)
from ansible_collections.msgraph.intune.plugins.module_utils._intune.resources.exchange_connector import (
    EXCHANGE_CONNECTOR,
)
from ansible_collections.msgraph.intune.plugins.module_utils._intune.selection import (
    Selection,
    read_values,
    select,
)

if t.TYPE_CHECKING:
    from ansible_collections.msgraph.intune.plugins.module_utils._intune.selection import SelectionOptions

ID = "7ce3b1f5-9b53-4b0c-8a8e-3c5f3a0f1d11"
BLANK = [None, "__omit_place_holder__6ed7f1", "", "  ", "None", "null", False]

SELECTION = t.cast("SelectionOptions", EXCHANGE_CONNECTOR.selection)


def read(**params: t.Any) -> Selection | None:
    return SELECTION.read(params)


# --- ids


@pytest.mark.parametrize(
    ("provided", "ids"),
    [
        ([ID], (ID,)),
        ([f" {ID}\n"], (ID,)),
        (["b", "a", "b", "B"], ("b", "a")),
        (["", ID, None, "None", "False", False], (ID,)),
        (["a, b", "c"], ("a", "b", "c")),
        (["__omit_place_holder__6ed7f1", ID], (ID,)),
        ([7], ("7",)),
        ([], ()),
    ],
)
def test_ids_are_stripped_distinct_and_in_order(provided: t.Any, ids: tuple[str, ...]) -> None:
    assert read(connector_id=provided) == Selection(ids=ids)


@pytest.mark.parametrize(
    "hostile",
    [
        "../x",
        "a/b",
        "?",
        "a?b",
        "a#b",
        "a\\b",
        "a\nb",
        "a\x00b",
        ".",
        "..",
        "a\u2028b",
        "a\u200bb",
        "a\ud800b",
        "/",
        "\x7f",
        "[]",
        "<id>",
        "{{ id }}",
        {"id": ID},
        [ID],
        True,
        "True",
        pytest.param(10**5000, id="huge"),
    ],
)
def test_an_id_that_could_change_the_url_is_refused(hostile: t.Any) -> None:
    with pytest.raises(OptionsError, match="which is not an id. Copy the id"):
        read(connector_id=[ID, hostile])


# --- names


@pytest.mark.parametrize(
    ("provided", "names"),
    [
        ("EX01, the old one", ("EX01, the old one",)),
        (" EX01 ", ("EX01",)),
        (["EX01", "ex01", "EX02"], ("EX01", "EX02")),
        (["", "EX01", None], ("EX01",)),
        (["EX01", "__omit_place_holder__6ed7f1"], ("EX01",)),
        (7, ("7",)),
        ([], ()),
    ],
)
def test_a_string_is_one_name_and_a_list_contains_several(provided: t.Any, names: tuple[str, ...]) -> None:
    assert read(connector_name=provided) == Selection(names=names)


@pytest.mark.parametrize(
    "value", [{"name": "EX01"}, [["EX01"]], True, [True], pytest.param(10**5000, id="huge"), [[10**5000]]]
)
def test_a_value_that_is_not_a_name_is_refused(value: t.Any) -> None:
    with pytest.raises(OptionsError, match="connector_name holds .* which is not a name. Give a name"):
        read(connector_name=value)


# --- all objects, blanks and invalid combinations


def test_true_selects_all_objects() -> None:
    assert read(all_connectors=True) == Selection(all=True)


@pytest.mark.parametrize("unchecked", [None, False, "yes", "false", [True], 1])
def test_a_value_other_than_true_never_selects_all(unchecked: t.Any) -> None:
    assert read(all_connectors=unchecked) is None


@pytest.mark.parametrize("option", ["connector_id", "connector_name", "all_connectors"])
@pytest.mark.parametrize("blank", BLANK)
def test_a_blank_counts_as_not_given(option: str, blank: t.Any) -> None:
    assert read(**{option: blank}) is None


@pytest.mark.parametrize("option", ["connector_id", "connector_name"])
@pytest.mark.parametrize("blank", [["", None], ["False"], [False]])
def test_a_list_of_blanks_counts_as_not_given(option: str, blank: t.Any) -> None:
    assert read(**{option: blank}) is None


@pytest.mark.parametrize("option", ["connector_name", "all_connectors"])
@pytest.mark.parametrize("blank", BLANK)
def test_a_blank_option_does_not_conflict_with_a_given_one(option: str, blank: t.Any) -> None:
    assert read(**{"connector_id": [ID], option: blank}) == Selection(ids=(ID,))


@pytest.mark.parametrize("option", ["connector_id", "connector_name"])
def test_an_empty_list_selects_nothing_and_never_all(option: str) -> None:
    selection = read(**{option: []})
    assert selection is not None
    assert selection.is_empty
    assert not selection.all


@pytest.mark.parametrize(
    "params",
    [
        {"connector_id": [ID], "connector_name": "EX01"},
        {"connector_id": [], "all_connectors": True},
        {"connector_name": [], "all_connectors": True},
        {"connector_id": [ID], "connector_name": "EX01", "all_connectors": True},
    ],
)
def test_two_selection_options_together_are_refused(params: dict[str, t.Any]) -> None:
    with pytest.raises(OptionsError, match="cannot be used together. Give only one"):
        read(**params)


def test_a_required_selection_without_an_option_is_refused() -> None:
    words = "None of connector_id, connector_name and all_connectors is given. Give at least one id in connector_id"
    with pytest.raises(OptionsError, match=words):
        SELECTION.require({"connector_id": [""], "connector_name": None, "all_connectors": False})
    assert SELECTION.require({"all_connectors": True}).all


# --- select by name


def connector(number: int, **changes: t.Any) -> dict[str, t.Any]:
    names = dict.fromkeys(EXCHANGE_CONNECTOR.name_keys)
    return {"id": f"id-{number}", **names, "server_name": f"EX{number:02}.contoso.com", **changes}


STATES = [
    connector(1, exchange_organization="Contoso", exchange_alias=" mail "),
    connector(2, exchange_organization="Fabrikam", primary_smtp_address="sync@fabrikam.com"),
    connector(3, exchange_organization="Fabrikam", connector_server_name="EX01.contoso.com.evil"),
]


def selected_ids(*names: str) -> list[str]:
    return [state["id"] for state in select(EXCHANGE_CONNECTOR, Selection(names=names), STATES)]


@pytest.mark.parametrize(
    ("name", "object_id"),
    [
        ("ex01.CONTOSO.com", "id-1"),
        ("Contoso", "id-1"),
        ("MAIL", "id-1"),
        ("SYNC@fabrikam.com", "id-2"),
        ("ex01.contoso.com.evil", "id-3"),
    ],
)
def test_a_name_must_match_completely_in_upper_or_lower_case(name: str, object_id: str) -> None:
    assert selected_ids(name) == [object_id]


def test_two_names_of_one_connector_select_it_once_in_the_given_order() -> None:
    assert selected_ids("sync@fabrikam.com", "Contoso", "mail") == ["id-2", "id-1"]


@pytest.mark.parametrize("name", ["EX0", "contoso.com", "EX01", "%", "id-1"])
def test_a_name_without_a_match_causes_an_error_that_lists_all_connectors(name: str) -> None:
    with pytest.raises(GraphError) as caught:
        selected_ids("Contoso", name)
    assert caught.value.kind == "not_found"
    assert f"The name '{name}' fits no Exchange connector; the tenant has 3 Exchange connectors: " in str(caught.value)
    assert (
        "EX01.contoso.com (id-1), organization Contoso; EX02.contoso.com (id-2), organization Fabrikam;"
        " EX03.contoso.com (id-3), organization Fabrikam." in str(caught.value)
    )
    assert "server_name" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "closest"),
    [
        ("Contso", "Contoso"),
        ("FABRICAM", "Fabrikam"),
        ("sync@fabrikan.com", "sync@fabrikam.com"),
        ("EX03", "EX03.contoso.com"),
        ("mial", "mail"),
    ],
)
def test_the_message_suggests_the_closest_name(name: str, closest: str) -> None:
    with pytest.raises(GraphError) as caught:
        selected_ids(name)
    assert str(caught.value).endswith(f" Did you mean '{closest}'?")


@pytest.mark.parametrize("name", ["unknown", "%", "x" * 100_000])
def test_without_a_similar_name_the_message_suggests_no_name(name: str) -> None:
    states = [connector(1), connector(2, server_name=None), connector(3, server_name="x" * 100_001)]
    with pytest.raises(GraphError) as caught:
        select(EXCHANGE_CONNECTOR, Selection(names=(name,)), states)
    assert "Did you mean" not in str(caught.value)


def test_a_candidate_whose_name_is_its_organization_shows_it_once() -> None:
    known = connector(1, server_name=None, exchange_organization="Contoso")
    with pytest.raises(GraphError, match="1 Exchange connector: Contoso .id-1.. The whole"):
        select(EXCHANGE_CONNECTOR, Selection(names=("EX01",)), [known])


@pytest.mark.parametrize(
    ("name", "items"),
    [
        ("Contoso,Fabrikam", ["Contoso", "Fabrikam"]),
        ("a,,b ,", ["a", "b"]),
        ('["Contoso", "Fabrikam"]', ["Contoso", "Fabrikam"]),
        ("[EX01, 'EX02']", ["EX01", "EX02"]),
    ],
)
def test_a_name_with_commas_and_no_match_causes_a_hint_with_the_syntax_of_a_list(name: str, items: list[str]) -> None:
    with pytest.raises(GraphError) as caught:
        selected_ids(name)
    assert str(caught.value).endswith(
        f" For several names, give a list. In YAML: connector_name: [{', '.join(items)}]."
        f" On a command line: '{json.dumps({'connector_name': items})}'."
    )


def test_the_syntax_of_a_long_list_is_cut() -> None:
    with pytest.raises(GraphError) as caught:
        selected_ids(f'{"x" * 300},y, "z": 1')
    assert f' In YAML: connector_name: ["{"x" * 198}. On a command line:' in str(caught.value)


def test_a_name_that_contains_only_commas_causes_no_hint_about_lists() -> None:
    with pytest.raises(GraphError) as caught:
        selected_ids(",,,")
    assert "give a list" not in str(caught.value)


def test_an_id_that_is_given_as_a_name_causes_a_hint() -> None:
    with pytest.raises(NotFoundError) as caught:
        selected_ids("5b5dfd4a-3ac5-45b8-9d2c-6c1b0f6b3c11")
    words = "'5b5dfd4a-3ac5-45b8-9d2c-6c1b0f6b3c11' looks like an ID: to select by ID, use connector_id. The whole name"
    assert str(caught.value.hint).startswith(words)


def test_a_name_without_commas_causes_no_hint_about_lists() -> None:
    with pytest.raises(GraphError) as caught:
        selected_ids("EX01")
    assert "list" not in str(caught.value)


def test_a_name_with_several_matches_causes_an_error_that_lists_them() -> None:
    words = "fits 2 Exchange connectors: EX02.* .id-2., organization Fabrikam; EX03.*, organization Fabrikam."
    advice = " Use a name that only one Exchange connector has, or connector_id."
    with pytest.raises(OptionsError, match=words + advice):
        selected_ids("Fabrikam")


def test_a_name_in_an_empty_tenant_causes_an_error_with_the_support_notice() -> None:
    with pytest.raises(NotFoundError) as caught:
        select(EXCHANGE_CONNECTOR, Selection(names=("EX01",)), [])
    assert str(caught.value) == (
        "The tenant has no Exchange connectors, so no name can match. Check tenant_id and cloud."
        f" {EXCHANGE_CONNECTOR.support_notice}"
    )


def test_a_long_list_of_candidates_is_cut() -> None:
    with pytest.raises(GraphError, match="id-9.; and 5 more"):
        select(EXCHANGE_CONNECTOR, Selection(names=("x",)), [connector(number) for number in range(15)])
    with pytest.raises(GraphError, match="id-9.. The whole name must match one of"):
        select(EXCHANGE_CONNECTOR, Selection(names=("x",)), [connector(number) for number in range(10)])


def test_all_objects_are_returned_in_the_order_of_the_service() -> None:
    assert select(EXCHANGE_CONNECTOR, Selection(all=True), STATES) == STATES


# --- values of a filter


@pytest.mark.parametrize(
    ("provided", "values"),
    [
        (["Connected", " none "], ["connected", "none"]),
        (["", " ", "False", "__omit_place_holder__6ed7f1"], None),
        (["", "X"], ["x"]),
        (None, None),
        ([], []),
    ],
)
def test_values_are_stripped_and_converted_to_lower_case(provided: list[str] | None, values: list[str] | None) -> None:
    assert read_values(provided) == values
