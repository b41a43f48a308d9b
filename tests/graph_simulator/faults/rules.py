# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fault plan: an ordered list of rules that single out requests."""

from __future__ import annotations

import dataclasses
import json
import random
import re
import typing as t

from ..fields import Fields, InputError, checked
from ..http_messages import Answer, Call
from .deliveries import WHOLE, Delivery, Dripping, Dropped, Reset, Truncated

SERVICES = ("login", "graph", "identity", "proxy")

_KNOWN = (
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
_NOT_OF_PROXY = ("delay", "redirect", "drip", "truncate")


@dataclasses.dataclass(frozen=True)
class Rule:
    """Which requests are hit, and what happens to them.

    ``skip`` matching requests pass first, the next ``times`` (None: all) are hit, each with the probability ``chance``,
    which ``seed`` makes the same in each run. A ``replacement`` stands in for the service's answer; ``moment`` says
    whether the service acts on the request before that, and on which side of acting ``delay`` (seconds) is spent. A
    rule that spoils the service's own answer lets it act whatever the moment. ``reaches_inside``: requests inside of a
    batch can be hit as well, for the rule needs neither a connection nor a time of their own.
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
    replacement: Answer | None
    delivery: Delivery
    reaches_inside: bool

    @classmethod
    def from_json(cls, value: object, index: int) -> Rule:
        """Read one rule; its name is its index unless it has one. Raises InputError."""
        where = f"faults[{index}]"
        fields = Fields(value, where, known=_KNOWN)
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
            reaches_inside=delivery is WHOLE and not delay and fields.get("redirect", dict) is None,
        )
        if rule.replacement is None and rule.delivery is WHOLE and not rule.delay:
            raise InputError(f"{where} has no effect; give it status, redirect, delay, drip, truncate, reset or drop.")
        if rule.service == "proxy" and any(fields.has(name) for name in _NOT_OF_PROXY):
            raise InputError(f"{where} is about the proxy, which has no {', '.join(_NOT_OF_PROXY)}.")
        return rule

    @property
    def acts(self) -> bool:
        """Whether the service carries the request out."""
        return self.moment == "after" or (self.replacement is None and self.delivery.needs_answer)

    def matches(self, service: str, call: Call, *, inside: bool) -> bool:
        """Tell whether the rule is about this request at all; ``inside``: it came inside of a batch."""
        return (
            self.service == service
            and self.method in (None, call.method)
            and self.path.search(call.path) is not None
            and (self.reaches_inside or not inside)
        )


class Faults:
    """The plan in force, and how often each of its rules matched and was applied."""

    def __init__(self) -> None:
        self.replace(())

    def replace(self, rules: t.Sequence[tuple[Rule, t.Any]]) -> None:
        """Put a new plan in force; each rule comes with the JSON that it was read from."""
        self._rules = tuple(rules)
        self._matched = [0] * len(self._rules)
        self._applied = [0] * len(self._rules)
        # Not for secrets: the same plan is to hit the same requests in each run.
        self._dice = [random.Random(rule.seed) for rule, _json in self._rules]  # noqa: S311  chance, not secrecy

    def next_for(self, service: str, call: Call, *, inside: bool = False) -> Rule | None:
        """Find the first rule that hits this request and count it as applied. Rules that let it pass count a match."""
        for index, (rule, _json) in enumerate(self._rules):
            if not rule.matches(service, call, inside=inside):
                continue
            self._matched[index] += 1
            due = self._matched[index] > rule.skip and (rule.times is None or self._applied[index] < rule.times)
            if due and self._dice[index].random() < rule.chance:
                self._applied[index] += 1
                return rule
        return None

    def to_json(self) -> list[dict[str, t.Any]]:
        """List the rules as they were given, with their names and how often each was applied."""
        return [
            {**given, "name": rule.name, "applied": applied}
            for (rule, given), applied in zip(self._rules, self._applied, strict=True)
        ]


def read_rules(value: object) -> list[tuple[Rule, t.Any]]:
    """Read a whole plan; raises InputError."""
    return [(Rule.from_json(item, index), item) for index, item in enumerate(checked(value, list, "faults"))]


def _pattern(text: str, where: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error as problem:
        raise InputError(f"{where}.path is no regular expression: {problem}.") from None


def _chance(fields: Fields, where: str) -> float:
    chance = fields.number("chance", 1)
    if chance > 1:
        raise InputError(f"{where}.chance must be at most 1, not {chance:g}.")
    return chance


def _replacement(fields: Fields, where: str) -> Answer | None:
    status = _status(fields, where)
    redirect = fields.get("redirect", dict)
    if redirect is not None:
        if status is not None:
            raise InputError(f"{where} has both status and redirect.")
        target = Fields(redirect, f"{where}.redirect", known=("status", "location"))
        return Answer(_status(target, f"{where}.redirect") or 302, {"Location": target.require("location", str)})
    if status is None:
        if fields.has("headers") or fields.has("body"):
            raise InputError(f"{where} has headers or a body, but no status to send them with.")
        return None
    given = fields.get("headers", dict) or {}
    headers = {name: checked(value, str, f"{where}.headers.{name}") for name, value in given.items()}
    return _answer(status, fields.raw("body"), headers)


def _answer(status: int, body: t.Any, headers: t.Mapping[str, str]) -> Answer:
    """Send a text body as it is and anything else as JSON; the given headers may say another content type."""
    if body is None:
        return Answer(status, headers)
    content_type = "text/plain; charset=utf-8" if isinstance(body, str) else "application/json"
    content = body if isinstance(body, str) else json.dumps(body)
    return Answer(status, headers, content.encode()).with_default_headers({"Content-Type": content_type})


def _status(fields: Fields, where: str) -> int | None:
    status = fields.get("status", int)
    if status is not None and not 200 <= status <= 599:
        raise InputError(f"{where}.status must be between 200 and 599, not {status}.")
    return status


def _delivery(fields: Fields, where: str) -> Delivery:
    chosen: list[Delivery] = []
    drip = fields.get("drip", dict)
    if drip is not None:
        pace = Fields(drip, f"{where}.drip", known=("bytes", "pause"))
        chosen.append(Dripping(pace.count("bytes", 1, minimum=1), pace.number("pause", 0.1)))
    if fields.get("truncate", bool):
        chosen.append(Truncated())
    if fields.get("reset", bool):
        chosen.append(Reset())
    if fields.get("drop", bool):
        chosen.append(Dropped())
    if len(chosen) > 1:
        raise InputError(f"{where} has more than one of drip, truncate, reset and drop.")
    return chosen[0] if chosen else WHOLE
