# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What became of each suite, as a table."""

from __future__ import annotations

import typing as t

HEADINGS = ("ansible-core", "Python", "sanity", "units", "integration")


class Outcome(t.NamedTuple):
    """What became of a suite: passed, FAILED or skipped; how many, or why; how long it took."""

    state: str
    detail: str = ""
    seconds: float = 0

    @property
    def failed(self) -> bool:
        """Whether there is something to mend."""
        return self.state == "FAILED"

    def __str__(self) -> str:
        """As it stands in the table."""
        taken = f"{self.seconds:.0f} s" if self.seconds else ""
        return f"{self.state} {', '.join(filter(None, [self.detail, taken]))}".strip()


class Row(t.NamedTuple):
    """One ansible-core on one Python."""

    core: str
    python: str
    sanity: Outcome
    units: Outcome
    integration: Outcome

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """The cells that can fail."""
        return (self.sanity, self.units, self.integration)


def render(rows: t.Iterable[Row], *, heading: bool = True) -> list[str]:
    """The table's lines."""
    cells = [*([HEADINGS] if heading else []), *(tuple(map(str, row)) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in cells]
