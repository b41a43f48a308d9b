# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Summarize test results in JUnit's format: ``summary.py RESULT.xml …``.

Print the number of tests, the third-party programs that they ran against, and the skipped tests with the reasons.
"""

from __future__ import annotations

import sys
from pathlib import Path
from xml.etree import ElementTree


def main() -> None:
    """Print one line for each file of results, one for each engine, and one for each skipped test."""
    skipped: list[str] = []
    engines: set[str] = set()
    for path in map(Path, sys.argv[1:]):
        cases = list(ElementTree.parse(path).iter("testcase"))  # noqa: S314  written by our own tests
        for case in cases:
            engines.update(str(entry.get("value")) for entry in case.iterfind("properties/property[@name='engine']"))
            skip = case.find("skipped")
            if skip is not None:
                skipped.append(f"{case.get('classname')}::{case.get('name')}: {skip.get('message')}")
        print(f"{len(cases):5} tests  {path.stem}")
    print("Ran against:", *sorted(engines) or ["nothing but ansible-core"], sep="\n  ")
    print("Skipped:", *skipped or ["nothing"], sep="\n  ")


if __name__ == "__main__":
    main()
