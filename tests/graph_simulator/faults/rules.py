# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fault plan: an ordered list of rules."""

from __future__ import annotations

import dataclasses
import json
import random
import re
import typing as t

from ..fields import Fields, InputError, check_type
from ..http_messages import HttpRequest, HttpResponse
from .deliveries import WHOLE, Delivery, Dripping, Dropped, Reset, Truncated

SERVICES = ("login", "graph", "identity", "proxy")

_FIELDS = (
    "name",
    "service",
    "method",
    "path",
    "skip",
    "times",
    "chance",
    "seed",
    "moment",
    "delay",
    "status",
    "headers",
    "body",
    "redirect",
    "drip",
    "truncate",
    "reset",
    "drop",
)
_UNSUPPORTED_BY_PROXY = ("delay", "redirect", "drip", "truncate")


@dataclasses.dataclass(frozen=True)
class FaultRule:
    """Which requests a rule hits, and the effect.

    The rule skips the first ``skip`` matching requests, and hits the next ``times`` (None: all), each with the
    probability ``chance``. ``seed`` makes the random choice repeatable. ``replacement`` replaces the response of the
    service. ``moment`` is "before" or "after" the service runs: it applies to ``delay`` (seconds) and ``replacement``.
    A ``delivery`` that needs the response of the service runs the service with either moment. ``applies_in_batch``: the
    rule can also hit requests of a batch, because it needs no connection and no delay for the single request.
    """

    name: str
    service: str
    method: str | None
    path: re.Pattern[str]
    skip: int
    times: int | None
    chance: float
    seed: int
    moment: str
    delay: float
    replacement: HttpResponse | None
    delivery: Delivery
    applies_in_batch: bool

    @classmethod
    def from_json(cls, value: object, index: int) -> FaultRule:
        """Read one rule; its default name is its index. Raise InputError."""
        where = f"faults[{index}]"
        fields = Fields(value, where, known=_FIELDS)
        method = fields.get("method", str)
        delay, delivery = fields.number("delay", 0), _delivery(fields, where)
        rule = cls(
            name=fields.get("name", str) or str(index),
            service=fields.choice("service", SERVICES),
            method=method and method.upper(),
            path=_pattern(fields.get("path", str) or "", where),
            skip=fields.count("skip", 0),
            times=None if fields.has("times") and fields.raw("times") is None else fields.count("times", 1, minimum=1),
            chance=_chance(fields, where),
            seed=fields.get("seed", int) or 0,
            moment=fields.choice("moment", ("before", "after"), default="before"),
            delay=delay,
            replacement=_replacement(fields, where),
            delivery=delivery,
            applies_in_batch=delivery is WHOLE and not delay and fields.get("redirect", dict) is None,
        )
        if rule.replacement is None and rule.delivery is WHOLE and not rule.delay:
            raise InputError(f"{where} has no effect; give it status, redirect, delay, drip, truncate, reset or drop.")
        if rule.service == "proxy" and any(fields.has(name) for name in _UNSUPPORTED_BY_PROXY):
            raise InputError(f"{where} is about the proxy, which has no {', '.join(_UNSUPPORTED_BY_PROXY)}.")
        return rule

    @property
    def service_runs(self) -> bool:
        """Whether the service executes the request."""
        return self.moment == "after" or (self.replacement is None and self.delivery.needs_response)

    def matches(self, service: str, request: HttpRequest, *, in_batch: bool) -> bool:
        """Return whether the rule applies to this request. ``in_batch``: the request is part of a batch."""
        return (
            self.service == service
            and self.method in (None, request.method)
            and self.path.search(request.path) is not None
            and (self.applies_in_batch or not in_batch)
        )


class FaultPlan:
    """The active rules. They count matching requests and hits."""

    def __init__(self) -> None:
        self.replace(())

    def replace(self, rules: t.Sequence[tuple[FaultRule, t.Any]]) -> None:
        """Replace the rules. Each rule comes with its JSON."""
        self._rules = tuple(rules)
        self._matched = [0] * len(self._rules)
        self._applied = [0] * len(self._rules)
        # A fixed seed: the same plan hits the same requests in each run.
        self._random = [random.Random(rule.seed) for rule, _json in self._rules]  # noqa: S311  not for secrets

    def match(self, service: str, request: HttpRequest, *, in_batch: bool = False) -> FaultRule | None:
        """Return the first rule that hits this request, or None. Rules before it count a matching request."""
        for index, (rule, _json) in enumerate(self._rules):
            if not rule.matches(service, request, in_batch=in_batch):
                continue
            self._matched[index] += 1
            applies = self._matched[index] > rule.skip and (rule.times is None or self._applied[index] < rule.times)
            if applies and self._random[index].random() < rule.chance:
                self._applied[index] += 1
                return rule
        return None

    def to_json(self) -> list[dict[str, t.Any]]:
        """Return the JSON of the rules, each with ``name`` and ``applied``."""
        return [
            {**rule_json, "name": rule.name, "applied": applied}
            for (rule, rule_json), applied in zip(self._rules, self._applied, strict=True)
        ]


def read_rules(value: object) -> list[tuple[FaultRule, t.Any]]:
    """Read a fault plan; raise InputError."""
    return [(FaultRule.from_json(item, index), item) for index, item in enumerate(check_type(value, list, "faults"))]


def _pattern(text: str, where: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error as error:
        raise InputError(f"{where}.path is no regular expression: {error}.") from None


def _chance(fields: Fields, where: str) -> float:
    chance = fields.number("chance", 1)
    if chance > 1:
        raise InputError(f"{where}.chance must be at most 1, not {chance:g}.")
    return chance


def _replacement(fields: Fields, where: str) -> HttpResponse | None:
    status = _status(fields, where)
    redirect = fields.get("redirect", dict)
    if redirect is not None:
        if status is not None:
            raise InputError(f"{where} has both status and redirect.")
        target = Fields(redirect, f"{where}.redirect", known=("status", "location"))
        return HttpResponse(_status(target, f"{where}.redirect") or 302, {"Location": target.require("location", str)})
    if status is None:
        if fields.has("headers") or fields.has("body"):
            raise InputError(f"{where} has headers or a body, but no status to send them with.")
        return None
    given = fields.get("headers", dict) or {}
    headers = {name: check_type(value, str, f"{where}.headers.{name}") for name, value in given.items()}
    return _fixed_response(status, fields.raw("body"), headers)


def _fixed_response(status: int, body: t.Any, headers: t.Mapping[str, str]) -> HttpResponse:
    """Return a text body unchanged and other values as JSON. ``headers`` may set another content type."""
    if body is None:
        return HttpResponse(status, headers)
    content_type = "text/plain; charset=utf-8" if isinstance(body, str) else "application/json"
    content = body if isinstance(body, str) else json.dumps(body)
    return HttpResponse(status, headers, content.encode()).with_default_headers({"Content-Type": content_type})


def _status(fields: Fields, where: str) -> int | None:
    status = fields.get("status", int)
    if status is not None and not 200 <= status <= 599:
        raise InputError(f"{where}.status must be between 200 and 599, not {status}.")
    return status


def _delivery(fields: Fields, where: str) -> Delivery:
    deliveries: list[Delivery] = []
    drip = fields.get("drip", dict)
    if drip is not None:
        drip_fields = Fields(drip, f"{where}.drip", known=("bytes", "pause"))
        deliveries.append(Dripping(drip_fields.count("bytes", 1, minimum=1), drip_fields.number("pause", 0.1)))
    if fields.get("truncate", bool):
        deliveries.append(Truncated())
    if fields.get("reset", bool):
        deliveries.append(Reset())
    if fields.get("drop", bool):
        deliveries.append(Dropped())
    if len(deliveries) > 1:
        raise InputError(f"{where} has more than one of drip, truncate, reset and drop.")
    return deliveries[0] if deliveries else WHOLE
