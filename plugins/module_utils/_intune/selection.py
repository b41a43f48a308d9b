# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Read the options that select objects, and find objects by name.

Surveys, filters and templates pass unexpected values. They are checked again after the argument spec, so that an
invalid value never selects a wrong object.
"""

from __future__ import annotations

import difflib
import json
import re
import shlex
import typing as t

from .._graph.config.values import is_omitted, is_unset, short_repr, stripped_text
from .._graph.errors import NotFoundError, OptionsError
from .._graph.masking import clip
from .._graph.text import is_guid
from .ids import is_id, join_limited

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from .fields import State
    from .resource import Resource

# The maximum length of a list of names in a message.
_MAX_LIST_LENGTH: t.Final = 200
_LIST_SYNTAX: t.Final = " \t\r\n[]\"'"
# The maximum length of a host name (RFC 1035, section 2.3.4). Longer names take too long to compare.
_MAX_COMPARED_LENGTH: t.Final = 255


class Selection(t.NamedTuple):
    """The selected objects: by ID or by name, in the given order and without duplicates, or all objects."""

    ids: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    all: bool = False

    @property
    def is_empty(self) -> bool:
        """Return whether an empty list was given, so that the task does nothing."""
        return not (self.ids or self.names or self.all)


class SelectionOptions(t.NamedTuple):
    """The names of the three options that select objects of a resource."""

    id: str
    name: str
    all: str

    @property
    def argument_spec(self) -> dict[str, dict[str, t.Any]]:
        """Return the options in the form that AnsibleModule takes.

        The type of IDs and names is ``raw``. The type ``list`` would split the name "Smith, John" at the comma.
        """
        return {
            self.id: {"type": "raw"},
            self.name: {"type": "raw"},
            self.all: {"type": "bool", "default": False},
        }

    def read(self, params: Mapping[str, t.Any]) -> Selection | None:
        """Return the selection; ``None`` if no option was given.

        :raises OptionsError: more than one option was given, or a value is invalid.
        """
        ids = _read_items(self.id, _split(params.get(self.id)), _check_id)
        names = _read_items(self.name, params.get(self.name), _check_name)
        select_all = params.get(self.all) is True
        is_given = {self.id: ids is not None, self.name: names is not None, self.all: select_all}
        given = [option for option, used in is_given.items() if used]
        if len(given) > 1:
            raise OptionsError(f"{' and '.join(given)} cannot be used together", hint="Give only one.")
        return Selection(tuple(ids or ()), tuple(names or ()), select_all) if given else None

    def require(self, params: Mapping[str, t.Any]) -> Selection:
        """Return the selection of a task that must have one.

        :raises OptionsError: no option was given, more than one was given, or a value is invalid.
        """
        selection = self.read(params)
        if selection is None:
            raise OptionsError(
                f"None of {self.id}, {self.name} and {self.all} is given",
                hint=f"Give at least one id in {self.id} or name in {self.name}, or set {self.all} to true;"
                " an empty list [] means that nothing is to be done.",
            )
        return selection


def read_values(items: Sequence[str] | None) -> list[str] | None:
    """Return the items of a list, stripped and in lower case; ``None`` if the list is null or contains only blanks.

    An empty list is returned as such. It matches no object.
    """
    # "none" is not a blank here, because the service has a status of that name. Ansible converts false to "False".
    values = [item.strip().casefold() for item in items or () if not is_omitted(item)]
    values = [value for value in values if value not in ("", "false")]
    return None if items is None or (items and not values) else values


def select(resource: Resource, selection: Selection, states: Sequence[State]) -> list[State]:
    """Return the objects that are selected by name, or all objects.

    :param states: all objects of the tenant.
    :raises NotFoundError: a name matches no object.
    :raises OptionsError: a name matches more than one object.
    """
    if selection.all:
        return list(states)
    selected = [_find_by_name(resource, name, states) for name in selection.names]
    return list({state["id"]: state for state in selected}.values())


def _find_by_name(resource: Resource, name: str, states: Sequence[State]) -> State:
    """Return the only object that has a name. Compare whole names, without regard to case."""
    matches = [state for state in states if name.casefold() in _names(resource, state)]
    if len(matches) == 1:
        return matches[0]
    if matches:
        candidates = join_limited([resource.candidate_phrase(state) for state in matches], "; ")
        raise OptionsError(
            f"The name {short_repr(name)} fits {resource.count_phrase(len(matches))}: {candidates}",
            hint=f"Use a name that only one {resource.noun} has, or {resource.id_option}.",
        )
    if not states:
        raise NotFoundError(
            f"The tenant has no {resource.plural}, so no name can match",
            hint=f"Check tenant_id and cloud. {resource.support_notice}",
        )
    candidates = join_limited([resource.candidate_phrase(state) for state in states], "; ")
    raise NotFoundError(
        f"The name {short_repr(name)} fits no {resource.noun};"
        f" the tenant has {resource.count_phrase(len(states))}: {candidates}",
        hint=" ".join(_name_hints(resource, name, states)),
    )


def _name_hints(resource: Resource, name: str, states: Sequence[State]) -> list[str]:
    """Return sentences about what to do if a name matches no object."""
    hints = []
    if is_guid(name):
        hints.append(f"{short_repr(name)} looks like an ID: to select by ID, use {resource.id_option}.")
    hints.append(
        f"The whole name must match one of {', '.join(resource.name_keys)}; upper and lower case do not matter."
    )
    if "," in name:
        # The text probably contains several names, so the closest name would be misleading.
        example = _list_example(resource.name_option, name)
        return [*hints, example] if example else hints
    closest = _closest_name(resource, name, states)
    return hints if closest is None else [*hints, f"Did you mean '{closest}'?"]


def _list_example(option: str, text: str) -> str:
    """Return how to write names that are separated by commas as a list, in YAML and on a command line.

    :returns: an empty text if the text contains no name.
    """
    # A list that was given as text still has its brackets and quotes.
    items = [item for item in (part.strip(_LIST_SYNTAX) for part in text.split(",")) if item]
    if not items:
        return ""
    on_command_line = shlex.quote(json.dumps({option: items}, ensure_ascii=False))
    # JSON is valid YAML. Plain words do not need the quotes of JSON.
    are_plain = all(re.fullmatch(r"[A-Za-z][\w .@-]*", item) for item in items)
    in_yaml = f"[{', '.join(items)}]" if are_plain else json.dumps(items, ensure_ascii=False)
    return (
        f"For several names, give a list. In YAML: {option}: {clip(in_yaml, _MAX_LIST_LENGTH)}."
        f" On a command line: {clip(on_command_line, _MAX_LIST_LENGTH)}."
    )


def _closest_name(resource: Resource, name: str, states: Sequence[State]) -> str | None:
    """Return the name of an object that is most similar to a given name; ``None`` if no name is similar."""
    names = [state[key].strip() for state in states for key in resource.name_keys if state.get(key)]
    # Compare with short host names as well, so that "EX01" suggests "EX01.contoso.com".
    candidates = {
        form.casefold(): known
        for known in names
        if len(known) <= _MAX_COMPARED_LENGTH
        for form in (known.partition(".")[0], known)
    }
    closest = difflib.get_close_matches(name.casefold(), [form for form in candidates if form], n=1)
    return candidates[closest[0]] if closest else None


def _names(resource: Resource, state: State) -> set[str]:
    """Return all names of an object in lower case."""
    return {state[key].strip().casefold() for key in resource.name_keys if state.get(key)}


def _read_items(option: str, value: t.Any, check: Callable[[str, t.Any], str]) -> list[str] | None:
    """Return the items of an option, stripped and without duplicates; ``None`` if it is null or has only blanks.

    An empty list is returned as such.

    :param check: converts an item to text; raises an OptionsError.
    """
    if value is None:
        return None
    items = _as_list(value)
    texts = [check(option, item) for item in items if not is_unset(item)]
    # Names and GUIDs do not depend on upper and lower case. Use the first spelling.
    distinct: dict[str, str] = {}
    for text in texts:
        distinct.setdefault(text.casefold(), text)
    return None if items and not texts else list(distinct.values())


def _as_list(value: t.Any) -> list[t.Any]:
    return list(value) if isinstance(value, (list, tuple, set)) else [value]


def _split(value: t.Any) -> t.Any:
    """Split texts at commas. An ID contains no comma, so a text can contain several IDs, also inside a list."""
    if value is None:
        return None
    return [part for item in _as_list(value) for part in (item.split(",") if isinstance(item, str) else [item])]


def _check_id(option: str, item: t.Any) -> str:
    text = stripped_text(item)
    # Ansible converts true to "True" in a list.
    if isinstance(item, (dict, list)) or text.lower() == "true" or not is_id(text):
        raise OptionsError(
            f"{option} holds {short_repr(item)}, which is not an id",
            hint="Copy the id from the list of these objects that Microsoft Graph shows; separate several by commas.",
        )
    return text


def _check_name(option: str, item: t.Any) -> str:
    text = stripped_text(item)
    if isinstance(item, (dict, list, bool)) or not text:
        raise OptionsError(
            f"{option} holds {short_repr(item)}, which is not a name", hint="Give a name, or a list of names."
        )
    return text
