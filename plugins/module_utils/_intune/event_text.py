# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Make the text of events safe: mask secrets and replace template syntax.

ansible-rulebook writes event text into playbooks and extra variables, and Ansible renders these as templates. The text
comes from the service, and from anyone who can name an object there.
"""

from __future__ import annotations

import re
import typing as t

from .._graph.masking import SECRETS

if t.TYPE_CHECKING:
    T = t.TypeVar("T")

# A template begins with a brace. Single braces count, because a rulebook can join two strings. Backslashes count as
# well: if a rendered text is a Python literal, ansible-rulebook evaluates it, and "\x7b" becomes a brace.
_CHARACTERS = str.maketrans({"{": "(", "}": ")", "\\": "/"})
# Two words work without braces, so a blank after each match breaks them. "#jinja2:" at the start of a text selects
# other delimiters; its "#" can also be the end of another string or a character of the rulebook. "$ANSIBLE_VAULT" makes
# ansible-rulebook decrypt the text.
_WORDS = re.compile(r"#(?=j|\Z)|jinja(?=2)|ANSIBLE(?=_VAULT)")


def safe_event(event: T) -> T:
    """Return a copy of an event with secrets masked and template syntax replaced, also in dictionary keys."""
    # Mask first: a secret that contains a brace does not match after the replacement.
    return t.cast("T", _without_templates(SECRETS.mask(event)))


def _without_templates(value: object) -> object:
    if isinstance(value, str):
        return _WORDS.sub(r"\g<0> ", value.translate(_CHARACTERS))
    if isinstance(value, dict):
        return {_without_templates(key): _without_templates(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without_templates(item) for item in value]
    return value
