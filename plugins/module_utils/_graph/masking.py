# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""The secrets of this process, and the function that masks them.

Code that reads a secret registers it here: from options, environment, files, the token cache, answers. Code that
outputs text masks it here: results, messages, logs, warnings, events. There is one registry for each process: a secret
of one task is a secret for all code in the process.
"""

from __future__ import annotations

import base64
import contextlib
import functools
import re
import typing as t

from .text import printable

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    T = t.TypeVar("T")

MASK: t.Final = "********"
# A shorter secret is also a part of ordinary words. Ansible masks it in values, so this does as well; its encoded
# forms and dictionary keys are left alone.
SHORTEST_SAFE_SECRET: t.Final = 8
# An event source reads tokens for weeks.
_MAX_READ_SECRETS: t.Final = 1000
# What never changes when a text is percent-encoded or escaped.
_PLAIN_RUN = re.compile("[A-Za-z0-9]+")
_MIN_PLAIN_RUN: t.Final = 4
_SEARCHED_AT_ONCE: t.Final = 100_000


class Secrets:
    """Registered secrets."""

    def __init__(self) -> None:
        self._given: dict[str, None] = {}
        self._read: dict[str, None] = {}
        self._listeners: list[Callable[[str], None]] = []

    def add(self, *secrets: str | None) -> None:
        """Register secrets that the user gave, for the life of the process; null and blank ones are ignored."""
        for secret in secrets:
            if secret and secret.strip() and secret not in self._given:
                self._given[secret] = None
                self._announce(secret)

    def add_long(self, *secrets: str | None) -> None:
        """Register secrets that were read from a file or an answer; those that could be ordinary words are ignored.

        The oldest of them are forgotten when there are more than a thousand.
        """
        for secret in secrets:
            if secret is None or len(secret.strip()) < SHORTEST_SAFE_SECRET:
                continue
            is_new = self._read.pop(secret, True) is True
            self._read[secret] = None
            if is_new:
                self._announce(secret)
            while len(self._read) > _MAX_READ_SECRETS:
                del self._read[next(iter(self._read))]

    def clear(self) -> None:
        """Forget all secrets."""
        self._given.clear()
        self._read.clear()

    @contextlib.contextmanager
    def forwarded_to(self, listener: Callable[[str], None]) -> Iterator[None]:
        """Pass each secret to ``listener`` during the block: those that are registered already, and each new one."""
        for secret in self._all():
            listener(secret)
        self._listeners.append(listener)
        try:
            yield
        finally:
            self._listeners.remove(listener)

    def mask(self, value: T) -> T:
        """Return the value with each secret in its strings replaced by asterisks.

        Percent-encoded, escaped (JSON, HTML) and Base64 forms of a secret are masked, too.

        :param value: a string, or a structure of dictionaries, lists and tuples; dictionary keys are masked, too.
        """
        secrets = self._all()
        present = {secret for text in _joined(value) for secret in secrets if _occurs(secret, text)}
        if not present:
            return value
        # The longest first: a short one may be a part of it.
        return t.cast("T", _replace(value, sorted(present, key=len, reverse=True)))

    def _announce(self, secret: str) -> None:
        for listener in self._listeners:
            listener(secret)

    def _all(self) -> list[str]:
        # A copy, as another thread may add a secret.
        return [*self._given, *self._read]


SECRETS: t.Final = Secrets()
"""The registry of this process."""


def clip(text: str, limit: int) -> str:
    """Return the text printable, on one line, masked, and only then cut: a cut secret would not be recognized."""
    return " ".join(SECRETS.mask(printable(text)).split())[:limit]


def _occurs(secret: str, text: str) -> bool:
    if secret in text:
        return True
    if len(secret) < SHORTEST_SAFE_SECRET:
        return False
    # The regular expression is costly for long secrets: it is tried only where their longest plain part occurs.
    run = max(_PLAIN_RUN.findall(secret), key=len, default="")
    if (len(run) < _MIN_PLAIN_RUN or run in text) and _encoded(secret).search(text):
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
    r"""Return a pattern for the secret in which each character may be encoded in a way of its own.

    Services and libraries agree on letters and digits alone. They encode other characters or not, in upper or lower
    case, once or twice: ``~`` is ``~``, ``%7E``, ``%7e``, ``%257E``, ``\u007e`` or ``&#126;``.
    """
    # Blanks and line breaks become one blank where a message is put on one line.
    parts = re.findall(r"[A-Za-z0-9]+|\s+|.", secret.strip())
    return re.compile("".join(map(_encoded_part, parts)))


def _encoded_part(part: str) -> str:
    if _PLAIN_RUN.fullmatch(part):
        return part
    if part.isspace():
        return r"(?:\s|\+|%(?:25)*(?:20|0[aAdD9])|\\+[nrt])+"
    import html

    percent = "".join(f"%(?:25)*(?i:{byte:02x})" for byte in part.encode("utf-8", "replace"))
    units = part.encode("utf-16-be", "replace")
    escaped = "".join(rf"\\+u(?i:{units[index : index + 2].hex()})" for index in range(0, len(units), 2))
    entities = f"&#0*{ord(part)};|&#[xX]0*(?i:{ord(part):x});|{re.escape(html.escape(part))}"
    # A control character was made a blank, and a backslash may stand before any other character.
    shown = r"\s" if printable(part) == " " else rf"\\*{re.escape(part)}"
    return f"(?:{shown}|{percent}|{escaped}|{entities})"


@functools.lru_cache(maxsize=64)
def _base64_forms(secret: str) -> tuple[str, ...]:
    """Return the Base64 characters that stand for the secret alone, wherever in the encoded text it begins.

    Three bytes become four characters, so there are three alignments. The first and last characters may also depend on
    the neighbouring bytes: they are left out. PowerShell and .NET often encode UTF-16.
    """
    forms = []
    for raw in (secret.encode("utf-8", "replace"), secret.encode("utf-16-le", "replace")):
        for before, first in enumerate((0, 2, 3)):
            last = (before + len(raw)) * 8 // 6
            for encode in (base64.b64encode, base64.urlsafe_b64encode):
                forms.append(encode(b"x" * before + raw)[first:last].decode())
    return tuple(dict.fromkeys(forms))


def _joined(value: object) -> Iterator[str]:
    """Yield the strings of a value, many together, because most contain no secret and a search has a fixed cost."""
    texts: list[str] = []
    length = 0
    for text in _strings(value):
        texts.append(text)
        length += len(text)
        if length > _SEARCHED_AT_ONCE:
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
