# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""The exceptions of the collection. The class is the kind of failure; the attributes are the details.

The module layer turns an error into a failed task. The event source turns it into an event.
"""

from __future__ import annotations

import contextlib
import typing as t

from .masking import clip
from .text import printable

if t.TYPE_CHECKING:
    from collections.abc import Iterator

AnyError = t.TypeVar("AnyError", bound="GraphError")

# Microsoft advises to retry these statuses: request timeout (408), too many requests or too much traffic (429, 509),
# and gateways that cannot reach the service.
_TRANSIENT_STATUSES: t.Final = (408, 429, 502, 503, 504, 509)

_MAX_WORD_LENGTH: t.Final = 100

OUTCOME_UNKNOWN_HINT = "Whether it was carried out is not known: look at its target before you run the task again."
INTERCEPTED_HINT = "Something on the way may answer in the service's place: check graph_url and the proxies."
SUPPORT_HINT = "If this persists, send Microsoft support the request ids and the time of this task."


class GraphError(Exception):
    """A failure, with what a person needs to act on it.

    :param message: what happened; for an error response, the message of the service.
    :param hint: what to do next, as a sentence.
    :param service: the service that answered: "Microsoft Graph" or "Microsoft Entra ID"; ``None`` without a response.
    :param status: the HTTP status of the response.
    :param code: the service's own error code, such as ``ResourceNotFound`` or ``AADSTS7000215``.
    :param request_id: the service's id of the request, which Microsoft's support asks for.
    :param client_request_id: the id that the client gave the request.
    :param retry_after: the seconds that the service asks to wait.
    :param connection_lost: whether the connection was refused, broke or timed out.
    :param outcome_unknown: whether the service may have received the request although no usable response arrived.
    :param retryable: whether this service documents a retry; ``None`` to decide by the status.
    :param retry_delay: the seconds before each retry, where the service documents a fixed time.
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
        """Whether a retry of the same request can succeed."""
        if self.retryable is not None:
            return self.retryable
        return self.connection_lost or self.status in _TRANSIENT_STATUSES

    @property
    def sentence(self) -> str:
        """What happened, as one sentence: the action, the response, the number of attempts and the request id."""
        text = self.message.strip()
        if self.service is not None:
            answer = " ".join(str(part) for part in (self.status, self.code) if part is not None)
            text = f"{self.service} answered {answer}: {text}"
        if self.action is not None:
            text = f"Could not {self.action}: {text}"
        notes = []
        if self.attempts > 1:
            notes.append(f"{self.attempts} attempts")
        if self.request_id is not None and self.request_id not in text:
            notes.append(f"request-id {self.request_id}")
        if notes:
            text = f"{text.rstrip('.')} ({', '.join(notes)})"
        return _with_full_stop(text)

    def __str__(self) -> str:
        """Return the sentence and the hint."""
        return f"{self.sentence} {_with_full_stop(self.hint)}" if self.hint else self.sentence

    def as_dict(self) -> dict[str, t.Any]:
        """Return the error as data, for rescue blocks and dashboards. Unknown values are ``None``."""
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
    """Return the code or id of a service on one line, cut to a length for messages."""
    return None if text is None else clip(text, _MAX_WORD_LENGTH)


def _with_full_stop(text: str) -> str:
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
    """The token is valid, but a permission or role is missing."""

    kind = "authorization"


class NotFoundError(GraphError):
    """The service has no object with this ID."""

    kind = "not_found"


class ThrottledError(GraphError):
    """The service throttles the requests for longer than this task may wait."""

    kind = "throttled"


class GraphTimeoutError(GraphError):
    """The complete response did not arrive within the timeout."""

    kind = "timeout"


class NetworkError(GraphError):
    """The service cannot be reached: name, route, proxy, connection or certificate."""

    kind = "network"


class ServiceError(GraphError):
    """The service failed, or refused the request for another reason."""

    kind = "service"


class ProtocolError(GraphError):
    """The response has an unexpected form, such as HTML, truncated JSON or a redirect."""

    kind = "protocol"
