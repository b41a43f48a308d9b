# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The outcome of each suite, and the table of all outcomes."""

from __future__ import annotations

import typing as t

HEADINGS = ("ansible-core", "Python", "sanity", "units", "integration")


class Outcome(t.NamedTuple):
    """The outcome of a suite: passed, FAILED or skipped, with the number of tests or the reason, and the duration."""

    state: str
    detail: str = ""
    seconds: float = 0

    @property
    def failed(self) -> bool:
        """Whether the suite failed."""
        return self.state == "FAILED"

    def __str__(self) -> str:
        """Return the text of the table cell."""
        duration = f"{self.seconds:.0f} s" if self.seconds else ""
        return f"{self.state} {', '.join(filter(None, [self.detail, duration]))}".strip()


class Row(t.NamedTuple):
    """The outcomes of one ansible-core on one Python."""

    core: str
    python: str
    sanity: Outcome
    units: Outcome
    integration: Outcome

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """The outcomes of the suites."""
        return (self.sanity, self.units, self.integration)


def render(rows: t.Iterable[Row], *, heading: bool = True) -> list[str]:
    """Return the lines of the table."""
    cells = [*([HEADINGS] if heading else []), *(tuple(map(str, row)) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in cells]
