# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Which members of a resource a task is about.

Surveys, filters and templates deliver odd values, and no write may go astray for one: so what the argument spec lets
through is looked at once more.
"""

from __future__ import annotations

import typing as t

from .._graph.config.values import is_not_given, is_omitted, shown, text_of
from .._graph.errors import NotFoundError, OptionsError
from .._graph.masking import clip
from .._graph.text import is_guid
from .ids import is_id, join_limited

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from .fields import State
    from .resource import Resource

# A message shows that much of a list of names.
_MAX_LIST: t.Final = 200
_LIST_SYNTAX: t.Final = " \t\r\n[]\"'"
# As long as a host name can be (RFC 1035, section 2.3.4).
_MAX_COMPARED: t.Final = 255


class Selection(t.NamedTuple):
    """What was asked for: members by id or by name, in the order given and each once, or all there are."""

    ids: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    all: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether an empty list was given: nothing is to be done."""
        return not (self.ids or self.names or self.all)


class SelectionOptions(t.NamedTuple):
    """What the three options of a resource's modules are called."""

    id: str
    name: str
    all: str

    @property
    def argument_spec(self) -> dict[str, dict[str, t.Any]]:
        """Return the options in the form that AnsibleModule takes.

        Ids and names are raw: the type ``list`` would split the name "Smith, John" at its comma.
        """
        return {
            self.id: {"type": "raw"},
            self.name: {"type": "raw"},
            self.all: {"type": "bool", "default": False},
        }

    def read(self, params: Mapping[str, t.Any]) -> Selection | None:
        """What was asked for; ``None`` when nothing was given.

        :raises OptionsError: more than one way was used, or a value does not fit.
        """
        ids = _read_items(self.id, _split(params.get(self.id)), _check_id)
        names = _read_items(self.name, params.get(self.name), _check_name)
        everything = params.get(self.all) is True
        ways = {self.id: ids is not None, self.name: names is not None, self.all: everything}
        provided = [option for option, used in ways.items() if used]
        if len(provided) > 1:
            raise OptionsError(f"{' and '.join(provided)} cannot be used together", hint="Give only one.")
        return Selection(tuple(ids or ()), tuple(names or ()), everything) if provided else None

    def require(self, params: Mapping[str, t.Any]) -> Selection:
        """The same, where something must be given.

        :raises OptionsError: nothing was.
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
    """Return the stripped items of a list to compare without regard to case; ``None`` when none was given.

    An empty list is given: it keeps nothing.
    """
    # "none" is a word here: the service has a status of that name. Ansible makes the text "False" of false.
    words = [item.strip().casefold() for item in items or () if not is_omitted(item)]
    words = [word for word in words if word not in ("", "false")]
    return None if items is None or (items and not words) else words


def select(resource: Resource, selection: Selection, states: Sequence[State]) -> list[State]:
    """The members that were selected by name, or all of them.

    :param states: all members there are.
    :raises GraphError: a name fits no member (kind not_found), or more than one (options).
    """
    if selection.all:
        return list(states)
    found = [_named(resource, name, states) for name in selection.names]
    return list({state["id"]: state for state in found}.values())


def _named(resource: Resource, name: str, states: Sequence[State]) -> State:
    fitting = [state for state in states if name.casefold() in _names(resource, state)]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        candidates = join_limited([resource.description(state) for state in fitting], "; ")
        raise OptionsError(
            f"The name {shown(name)} fits {resource.count_phrase(len(fitting))}: {candidates}",
            hint=f"Use a name that only one {resource.noun} has, or {resource.id_option}.",
        )
    if not states:
        raise NotFoundError(
            f"The tenant has no {resource.plural}, so no name can match",
            hint=f"Check tenant_id and cloud. {resource.support_notice}",
        )
    there = join_limited([resource.description(state) for state in states], "; ")
    raise NotFoundError(
        f"The name {shown(name)} fits no {resource.noun}; the tenant has {resource.count_phrase(len(states))}: {there}",
        hint=" ".join(_name_hints(resource, name, states)),
    )


def _name_hints(resource: Resource, name: str, states: Sequence[State]) -> list[str]:
    """Return what to do about a name that fits no member, as sentences."""
    hints = []
    if is_guid(name):
        hints.append(f"{shown(name)} looks like an ID: to select by ID, use {resource.id_option}.")
    hints.append(f"The whole name must match one of {', '.join(resource.names)}; upper and lower case do not matter.")
    if "," in name:
        # The closest name to several names would be misleading.
        example = _list_example(resource.name_option, name)
        return [*hints, example] if example else hints
    closest = _closest_name(resource, name, states)
    return hints if closest is None else [*hints, f"Did you mean '{closest}'?"]


def _list_example(option: str, text: str) -> str:
    """Return how to write a text of several names, separated by commas, as a list in YAML and on a command line.

    The text is empty when it holds no name.
    """
    import json
    import re
    import shlex

    # A list that was given as text keeps its brackets and quotes.
    items = [item for item in (part.strip(_LIST_SYNTAX) for part in text.split(",")) if item]
    if not items:
        return ""
    on_command_line = shlex.quote(json.dumps({option: items}, ensure_ascii=False))
    # JSON is YAML as well; plain words need no quotes there.
    are_plain = all(re.fullmatch(r"[A-Za-z][\w .@-]*", item) for item in items)
    in_yaml = f"[{', '.join(items)}]" if are_plain else json.dumps(items, ensure_ascii=False)
    return (
        f"For several names, give a list. In YAML: {option}: {clip(in_yaml, _MAX_LIST)}."
        f" On a command line: {clip(on_command_line, _MAX_LIST)}."
    )


def _closest_name(resource: Resource, name: str, states: Sequence[State]) -> str | None:
    """Return the name of a member that is most like the name given, ``None`` when no name is close."""
    import difflib

    names = [state[key].strip() for state in states for key in resource.names if state.get(key)]
    # A short host name is close to the full one, and a long text would take long to compare.
    candidates = {
        form.casefold(): one for one in names if len(one) <= _MAX_COMPARED for form in (one.partition(".")[0], one)
    }
    found = difflib.get_close_matches(name.casefold(), [form for form in candidates if form], n=1)
    return candidates[found[0]] if found else None


def _names(resource: Resource, state: State) -> set[str]:
    return {state[key].strip().casefold() for key in resource.names if state.get(key)}


def _text(item: t.Any) -> str:
    return text_of(item).lower()


def _read_items(option: str, value: t.Any, check: Callable[[str, t.Any], str]) -> list[str] | None:
    """The items given, stripped and each once; ``None`` when none was given, which an empty list is not."""
    if value is None:
        return None
    items: Iterable[t.Any] = value if isinstance(value, (list, tuple, set)) else [value]
    provided = list(items)
    texts = [check(option, item) for item in provided if not is_not_given(item)]
    # Names and GUIDs are the same in either case; the first spelling is kept.
    distinct: dict[str, str] = {}
    for text in texts:
        distinct.setdefault(text.casefold(), text)
    return None if provided and not texts else list(distinct.values())


def _split(value: t.Any) -> t.Any:
    """Ids hold no comma, so that a text in a list may hold several of them, too."""
    if value is None:
        return None
    items = value if isinstance(value, (list, tuple, set)) else [value]
    return [part for item in items for part in (item.split(",") if isinstance(item, str) else [item])]


def _check_id(option: str, item: t.Any) -> str:
    text = text_of(item)
    # Ansible's conversion to a list makes the text "True" of true.
    if isinstance(item, (dict, list)) or _text(item) == "true" or not is_id(text):
        raise OptionsError(
            f"{option} holds {shown(item)}, which is not an id",
            hint="Copy the id from the list of these objects that Microsoft Graph shows; separate several by commas.",
        )
    return text


def _check_name(option: str, item: t.Any) -> str:
    text = text_of(item)
    if isinstance(item, (dict, list, bool)) or not text:
        raise OptionsError(
            f"{option} holds {shown(item)}, which is not a name", hint="Give a name, or a list of names."
        )
    return text
