# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Register the secrets of this process, and mask them.

Code that reads a secret registers it here: from options, variables, files, the token cache and responses. Code that
outputs text masks it here: results, messages, logs, warnings and events. A process has one registry, so all tasks in a
process mask the secrets of all these tasks.
"""

from __future__ import annotations

import base64
import contextlib
import functools
import html
import re
import typing as t

from .text import printable

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    T = t.TypeVar("T")

MASK: t.Final = "********"
# A shorter secret may be a part of ordinary words. It is masked in values, as Ansible does, but not in dictionary keys,
# and its encoded forms are not masked.
SHORTEST_SAFE_SECRET: t.Final = 8
# The limit is for the event source, which runs for weeks and gets many tokens.
_MAX_RECENT_SECRETS: t.Final = 1000
# These characters stay the same when a text is percent-encoded or escaped.
_ALPHANUMERICS = re.compile("[A-Za-z0-9]+")
_MIN_ALPHANUMERICS: t.Final = 4
_MIN_SEARCH_LENGTH: t.Final = 100_000


class Secrets:
    """A registry of secrets."""

    def __init__(self) -> None:
        self._permanent: dict[str, None] = {}
        self._recent: dict[str, None] = {}
        self._listeners: list[Callable[[str], None]] = []

    def add(self, *secrets: str | None) -> None:
        """Register secrets that the user provides, for the lifetime of the process. Ignore null and blank values."""
        for secret in secrets:
            if secret and secret.strip() and secret not in self._permanent:
                self._permanent[secret] = None
                self._notify(secret)

    def add_long(self, *secrets: str | None) -> None:
        """Register secrets from a file or a response. Ignore short values, which may be ordinary words.

        The registry keeps the newest 1,000 of these secrets.
        """
        for secret in secrets:
            if secret is None or len(secret.strip()) < SHORTEST_SAFE_SECRET:
                continue
            is_new = self._recent.pop(secret, True) is True
            self._recent[secret] = None
            if is_new:
                self._notify(secret)
            while len(self._recent) > _MAX_RECENT_SECRETS:
                del self._recent[next(iter(self._recent))]

    def clear(self) -> None:
        """Remove all secrets."""
        self._permanent.clear()
        self._recent.clear()

    @contextlib.contextmanager
    def forwarded_to(self, listener: Callable[[str], None]) -> Iterator[None]:
        """Pass all registered secrets to ``listener``, and each new secret until the end of the block."""
        for secret in self._all():
            listener(secret)
        self._listeners.append(listener)
        try:
            yield
        finally:
            self._listeners.remove(listener)

    def mask(self, value: T) -> T:
        """Return the value with each secret in its strings replaced by asterisks.

        Percent-encoded, escaped (JSON, HTML) and Base64 forms of a secret are also masked.

        :param value: a string, or a structure of dictionaries, lists and tuples. Dictionary keys are also masked.
        """
        secrets = self._all()
        present = {secret for text in _joined(value) for secret in secrets if _occurs(secret, text)}
        if not present:
            return value
        # Replace longer secrets first: a shorter secret may be a part of a longer one.
        return t.cast("T", _replace(value, sorted(present, key=len, reverse=True)))

    def _notify(self, secret: str) -> None:
        for listener in self._listeners:
            listener(secret)

    def _all(self) -> list[str]:
        # Return a copy, because another thread may add a secret.
        return [*self._permanent, *self._recent]


SECRETS: t.Final = Secrets()
"""The registry of this process."""


def clip(text: str, limit: int) -> str:
    """Return the text as one printable line, masked and then truncated. A truncated secret could not be masked."""
    return " ".join(SECRETS.mask(printable(text)).split())[:limit]


def _occurs(secret: str, text: str) -> bool:
    if secret in text:
        return True
    if len(secret) < SHORTEST_SAFE_SECRET:
        return False
    # The regular expression is slow for long secrets, so first search for the longest part that encoding never changes.
    longest = max(_ALPHANUMERICS.findall(secret), key=len, default="")
    if (len(longest) < _MIN_ALPHANUMERICS or longest in text) and _encoded(secret).search(text):
        return True
    return any(form in text for form in _base64_forms(secret))


def _replace(value: object, secrets: list[str]) -> object:
    if isinstance(value, str):
        for secret in secrets:
            value = _replace_in_text(value, secret)
        return value
    if isinstance(value, dict):
        safe = [secret for secret in secrets if len(secret) >= SHORTEST_SAFE_SECRET]
        return {_replace(key, safe): _replace(item, secrets) for key, item in value.items()}
    if isinstance(value, list):
        return [_replace(item, secrets) for item in value]
    if isinstance(value, tuple):
        return tuple(_replace(item, secrets) for item in value)
    return value


def _replace_in_text(text: str, secret: str) -> str:
    text = text.replace(secret, MASK)
    if len(secret) >= SHORTEST_SAFE_SECRET:
        text = _encoded(secret).sub(MASK, text)
        for form in _base64_forms(secret):
            text = text.replace(form, MASK)
    return text


@functools.lru_cache(maxsize=64)
def _encoded(secret: str) -> re.Pattern[str]:
    r"""Return a pattern for the secret in which each character may have a different encoding.

    Only letters and digits are the same in all services and libraries. Other characters may be encoded, in upper or
    lower case, once or twice: ``~`` is ``~``, ``%7E``, ``%7e``, ``%257E``, ``\u007e`` or ``&#126;``.
    """
    # In a message on one line, several spaces and line breaks become one space.
    parts = re.findall(r"[A-Za-z0-9]+|\s+|.", secret.strip())
    return re.compile("".join(map(_encoded_part, parts)))


def _encoded_part(part: str) -> str:
    if _ALPHANUMERICS.fullmatch(part):
        return part
    if part.isspace():
        return r"(?:\s|\+|%(?:25)*(?:20|0[aAdD9])|\\+[nrt])+"
    percent = "".join(f"%(?:25)*(?i:{byte:02x})" for byte in part.encode("utf-8", "replace"))
    units = part.encode("utf-16-be", "replace")
    escaped = "".join(rf"\\+u(?i:{units[index : index + 2].hex()})" for index in range(0, len(units), 2))
    entities = f"&#0*{ord(part)};|&#[xX]0*(?i:{ord(part):x});|{re.escape(html.escape(part))}"
    # printable() replaces a control character by a space. Other characters may have a backslash before them.
    shown = r"\s" if printable(part) == " " else rf"\\*{re.escape(part)}"
    return f"(?:{shown}|{percent}|{escaped}|{entities})"


@functools.lru_cache(maxsize=64)
def _base64_forms(secret: str) -> tuple[str, ...]:
    """Return the Base64 forms of the secret within a longer encoded text, for UTF-8 and UTF-16.

    Three bytes become four characters, so a form exists for each of three alignments. The first and the last characters
    also depend on other bytes of the text, so they are not included. PowerShell and .NET often encode UTF-16.
    """
    forms = []
    for raw in (secret.encode("utf-8", "replace"), secret.encode("utf-16-le", "replace")):
        for before, first in enumerate((0, 2, 3)):
            last = (before + len(raw)) * 8 // 6
            for encode in (base64.b64encode, base64.urlsafe_b64encode):
                forms.append(encode(b"x" * before + raw)[first:last].decode())
    return tuple(dict.fromkeys(forms))


def _joined(value: object) -> Iterator[str]:
    """Yield the strings of a value, joined to long texts: few searches in long texts are faster than many searches."""
    texts: list[str] = []
    length = 0
    for text in _strings(value):
        texts.append(text)
        length += len(text)
        if length > _MIN_SEARCH_LENGTH:
            yield "\n".join(texts)
            texts, length = [], 0
    yield "\n".join(texts)


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
