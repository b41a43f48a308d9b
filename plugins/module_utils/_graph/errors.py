# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Everything that can go wrong, as a small tree of exceptions.

The class says which kind of failure it is, the attributes carry what is known about it. Nothing here knows Ansible:
the module shell turns an error into a failed task, another caller may do something else with it.
"""

from __future__ import annotations

import contextlib
import typing as t

from .masking import clip
from .text import printable

if t.TYPE_CHECKING:
    from collections.abc import Iterator

AnyError = t.TypeVar("AnyError", bound="GraphError")

# Microsoft's advice is to retry after these: the request timed out (408), too many requests or too much traffic (429,
# 509), and gateways without a service behind them.
_TRANSIENT_STATUSES: t.Final = (408, 429, 502, 503, 504, 509)

_MAX_WORD_LENGTH: t.Final = 100

OUTCOME_UNKNOWN_HINT = "Whether it was carried out is not known: look at its target before you run the task again."
INTERCEPTED_HINT = "Something on the way may answer in the service's place: check graph_url and the proxies."
SUPPORT_HINT = "If this persists, send Microsoft support the request ids and the time of this task."


class GraphError(Exception):
    """A failure, told so that a person can act on it.

    :param message: what happened; for an answer of the service, what the service said.
    :param hint: what to do next, as a sentence.
    :param service: who answered, when an answer was received: "Microsoft Graph" or "Microsoft Entra ID".
    :param status: HTTP status of that answer.
    :param code: the service's own error code, such as ``ResourceNotFound`` or ``AADSTS7000215``.
    :param request_id: the service's id of the request, which Microsoft's support asks for.
    :param client_request_id: the id that we gave the request.
    :param retry_after: seconds that the service asked to wait.
    :param dropped: whether the connection was refused, broke, or stayed silent.
    :param outcome_unknown: whether the request may have arrived, without an answer that came whole and can be read.
    :param retryable: whether this service documents a retry; ``None`` to decide by the status.
    :param retry_delay: seconds to wait before each retry, where the service documents a fixed time and sends none.
    :param action: what the request does, to complete "Could not …".
    :param attempts: how many times the request was sent.
    """

    kind: t.ClassVar[str]

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        service: str | None = None,
        status: int | None = None,
        code: str | None = None,
        request_id: str | None = None,
        client_request_id: str | None = None,
        retry_after: float | None = None,
        connection_lost: bool = False,
        outcome_unknown: bool = False,
        retryable: bool | None = None,
        retry_delay: float | None = None,
        action: str | None = None,
        attempts: int = 0,
    ) -> None:
        message = printable(message)
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.service = service
        self.status = status
        self.code = _word(code)
        self.request_id = _word(request_id)
        self.client_request_id = client_request_id
        self.retry_after = retry_after
        self.connection_lost = connection_lost
        self.outcome_unknown = outcome_unknown
        self.retryable = retryable
        self.retry_delay = retry_delay
        self.action = action
        self.attempts = attempts

    def copy_with(self: AnyError, **changes: t.Any) -> AnyError:
        """Return a copy of this error with other values for some attributes.

        An error does not change after it is created: raise the copy ``from`` the error instead.

        :param changes: parameters of the constructor.
        """
        return type(self)(**{**vars(self), **changes})

    @property
    def transient(self) -> bool:
        """Whether the same request may well succeed a little later."""
        if self.retryable is not None:
            return self.retryable
        return self.connection_lost or self.status in _TRANSIENT_STATUSES

    @property
    def sentence(self) -> str:
        """What happened, for a person: action, target, what was said, and under which id."""
        said = self.message.strip()
        if self.service is not None:
            answer = " ".join(str(part) for part in (self.status, self.code) if part is not None)
            said = f"{self.service} answered {answer}: {said}"
        if self.action is not None:
            said = f"Could not {self.action}: {said}"
        notes = []
        if self.attempts > 1:
            notes.append(f"{self.attempts} attempts")
        if self.request_id is not None and self.request_id not in said:
            notes.append(f"request-id {self.request_id}")
        if notes:
            said = f"{said.rstrip('.')} ({', '.join(notes)})"
        return _ended(said)

    def __str__(self) -> str:
        """The sentence, and one that says what to do."""
        return f"{self.sentence} {_ended(self.hint)}" if self.hint else self.sentence

    def as_dict(self) -> dict[str, t.Any]:
        """The same as data, for rescue blocks and dashboards; each key is always there, ``None`` when unknown."""
        return {
            "kind": self.kind,
            "status": self.status,
            "code": self.code,
            "message": self.message,
            "request_id": self.request_id,
            "client_request_id": self.client_request_id,
            "retry_after": self.retry_after,
            "hint": self.hint,
        }


def _word(text: str | None) -> str | None:
    """Return a service's code or id on one line, short enough for a message."""
    return None if text is None else clip(text, _MAX_WORD_LENGTH)


def _ended(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."


@contextlib.contextmanager
def error_context(action: str) -> Iterator[None]:
    """Add an action to each GraphError that leaves the block without one, to complete "Could not …"."""
    try:
        yield
    except GraphError as exc:
        if exc.action is not None:
            raise
        raise exc.copy_with(action=action) from exc


class OptionsError(GraphError):
    """Options or environment are incomplete, contradictory, ambiguous or malformed; nothing was changed."""

    kind = "options"


class DependencyError(GraphError):
    """The Python that runs the module lacks a package, or has one that is too old."""

    kind = "dependency"


class AuthenticationError(GraphError):
    """The login service refused the credential, or Graph the token."""

    kind = "authentication"


class AuthorizationError(GraphError):
    """The token is good, but a permission or role is missing."""

    kind = "authorization"


class NotFoundError(GraphError):
    """The service knows no such object."""

    kind = "not_found"


class ThrottledError(GraphError):
    """The service asks to slow down, for longer than this task may wait."""

    kind = "throttled"


class GraphTimeoutError(GraphError):
    """No answer, or not all of it, in the time given."""

    kind = "timeout"


class NetworkError(GraphError):
    """The service could not be reached: name, route, proxy, connection or certificate."""

    kind = "network"


class ServiceError(GraphError):
    """The service itself failed, or refused the request for a reason of its own."""

    kind = "service"


class ProtocolError(GraphError):
    """The answer is not one that this service gives: HTML, truncated, of another shape, a redirect."""

    kind = "protocol"
