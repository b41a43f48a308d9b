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

# What Ansible's conversion to a list of strings makes of false and null, and a survey of an empty answer.
_NOT_GIVEN: t.Final = ("", "false", "none", "null")
# Would end the id's segment of the path, or begin another part of the URL.
_FORBIDDEN: t.Final = "/?#\\"


def read_ids(option: str, items: Iterable[str] | None) -> list[str]:
    """The ids asked for: stripped, each once, in the order given.

    :param option: the option's name, for messages.
    :param items: an empty list means "none of them" and is returned as such.
    :raises OptionsError: nothing was given (absent, or blank items only), or an id is not one.
    """
    given = None if items is None else list(items)
    ids = [item.strip() for item in given or () if item.strip().lower() not in _NOT_GIVEN]
    if given is None or (given and not ids):
        raise OptionsError(
            f"{option} is empty",
            hint=f"Give at least one id in {option}; an empty list [] means that nothing is to be done.",
        )
    for item in ids:
        if not item.isprintable() or item in (".", "..") or any(character in item for character in _FORBIDDEN):
            raise OptionsError(
                f"{option} holds {item!r}, which is not an id",
                hint="Copy the id from Microsoft Graph, where the list of these objects shows it.",
            )
    return list(dict.fromkeys(ids))
