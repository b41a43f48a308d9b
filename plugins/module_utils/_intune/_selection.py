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

from .._graph._errors import OptionsError

if t.TYPE_CHECKING:
    from collections.abc import Iterable

# What Ansible's conversion to a list makes of false and null, and what surveys send for an empty answer.
_NOT_GIVEN: t.Final = ("", "false", "none", "null")
# The first would end the id's segment of the path, or begin another part of the URL; the others come from a list or a
# placeholder that was taken for an id.
_FORBIDDEN: t.Final = "/?#\\" + "[]{}<>\"'"


def read_ids(option: str, items: Iterable[t.Any] | None) -> list[str]:
    """The ids asked for: stripped, each once, in the order given.

    :param option: the option's name, for messages.
    :param items: an empty list means "none of them" and is returned as such.
    :raises OptionsError: nothing was given (absent, or blank items only), or an id is not one.
    """
    given = None if items is None else list(items)
    ids = [_text(option, item) for item in given or ()]
    ids = [item for item in ids if item.lower() not in _NOT_GIVEN]
    if given is None or (given and not ids):
        raise OptionsError(
            f"{option} is empty",
            hint=f"Give at least one id in {option}; an empty list [] means that nothing is to be done.",
        )
    for item in ids:
        if not item.isprintable() or item in (".", "..") or any(character in item for character in _FORBIDDEN):
            raise _no_id(option, item)
    return list(dict.fromkeys(ids))


def _text(option: str, item: t.Any) -> str:
    if isinstance(item, (dict, list)):
        raise _no_id(option, item)
    return str(item).strip()


def _no_id(option: str, item: t.Any) -> OptionsError:
    return OptionsError(
        f"{option} holds {item!r}, which is not an id",
        hint="Copy the id from Microsoft Graph, where the list of these objects shows it; separate several by commas.",
    )
