# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""The secrets of this process, and the function that masks them.

Whatever reads a secret registers it here at once: options, environment, files, the token cache, answers. Whatever shows
text masks it with this registry: results, messages, logs, warnings, events. One registry for each process: a secret of
one task is a secret for all code in the process.
"""

from __future__ import annotations

import base64
import contextlib
import html
import json
import typing as t
from urllib.parse import quote, quote_plus

from ._text import printable

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    T = t.TypeVar("T")

MASK: t.Final = "********"
# A shorter secret is also a part of ordinary words. Ansible masks it in values, so this does as well; its encoded
# forms and dictionary keys are left alone.
SHORTEST_SAFE_SECRET: t.Final = 8


class Secrets:
    """Registered secrets and their encoded forms."""

    def __init__(self) -> None:
        self._forms: dict[str, tuple[str, ...]] = {}
        self._listeners: list[Callable[[str], None]] = []

    def add(self, *secrets: str | None) -> None:
        """Register secrets; null and blank ones are ignored."""
        for secret in secrets:
            if secret and secret.strip() and secret not in self._forms:
                self._forms[secret] = _forms(secret)
                for listener in self._listeners:
                    listener(secret)

    def clear(self) -> None:
        """Forget all secrets."""
        self._forms.clear()

    @contextlib.contextmanager
    def forwarded_to(self, listener: Callable[[str], None]) -> Iterator[None]:
        """Pass each secret to ``listener`` during the block: those that are registered already, and each new one."""
        for secret in list(self._forms):
            listener(secret)
        self._listeners.append(listener)
        try:
            yield
        finally:
            self._listeners.remove(listener)

    def mask(self, value: T) -> T:
        """Return the value with each secret in its strings replaced by asterisks.

        :param value: a string, or a structure of dictionaries, lists and tuples; dictionary keys are masked, too.
        """
        # One search over all strings together: most values hold no secret at all. The list is a copy, as another thread
        # may add a secret.
        everything = value if isinstance(value, str) else "\n".join(_strings(value))
        present = {form for forms in list(self._forms.values()) for form in forms if form in everything}
        if not present:
            return value
        # The longest first: a short one may be a part of it.
        return t.cast("T", _replace(value, sorted(present, key=len, reverse=True)))


SECRETS: t.Final = Secrets()
"""The registry of this process."""


def clip(text: str, limit: int) -> str:
    """Return the text printable, on one line, masked, and only then cut: a cut secret would not be recognized."""
    return " ".join(SECRETS.mask(printable(text)).split())[:limit]


def _forms(secret: str) -> tuple[str, ...]:
    """Return the secret as given, and as services and libraries may write it."""
    spaced = printable(secret)
    forms = [secret, secret.strip(), spaced, " ".join(spaced.split())]
    if len(secret) >= SHORTEST_SAFE_SECRET:
        encoded = [quote(secret, safe="", errors="replace"), quote(secret, errors="replace")]
        encoded.append(quote_plus(secret, errors="replace"))
        forms += [form for text in encoded for form in (text, _lower_hex(text))]
        forms += [json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1], html.escape(secret)]
        forms += _base64_forms(secret)
    return tuple(dict.fromkeys(forms))


def _lower_hex(text: str) -> str:
    first, *others = text.split("%")
    return "%".join([first, *(f"{other[:2].lower()}{other[2:]}" for other in others)])


def _base64_forms(secret: str) -> list[str]:
    """Return the Base64 characters that stand for the secret alone, wherever in the encoded text it begins.

    Three bytes become four characters, so there are three alignments. The first and last characters may also depend on
    the neighbouring bytes: they are left out.
    """
    raw = secret.encode("utf-8", "replace")
    forms = []
    for before, first in enumerate((0, 2, 3)):
        last = (before + len(raw)) * 8 // 6
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            forms.append(encode(b"x" * before + raw)[first:last].decode())
    return forms


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _strings(key)
            yield from _strings(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _strings(item)


def _replace(value: object, secrets: list[str]) -> object:
    if isinstance(value, str):
        for secret in secrets:
            value = value.replace(secret, MASK)
        return value
    if isinstance(value, dict):
        safe = [secret for secret in secrets if len(secret) >= SHORTEST_SAFE_SECRET]
        return {_replace(key, safe): _replace(item, secrets) for key, item in value.items()}
    if isinstance(value, list):
        return [_replace(item, secrets) for item in value]
    if isinstance(value, tuple):
        return tuple(_replace(item, secrets) for item in value)
    return value
