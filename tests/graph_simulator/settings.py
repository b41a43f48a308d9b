# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Parse the command line."""

from __future__ import annotations

import argparse
import dataclasses
import typing as t
from pathlib import Path

from .device_codes import DeviceCodeSettings


@dataclasses.dataclass(frozen=True)
class SimulatorSettings:
    """The options of the command line. Durations are in seconds."""

    ready_file: Path
    seed: Path | None
    sync_seconds: float
    latency: float
    page_size: int
    device_codes: DeviceCodeSettings
    throttling: bool
    watched_pid: int | None
    simulator_lifetime: float | None


def read_arguments(arguments: t.Sequence[str]) -> SimulatorSettings:
    """Parse the command line; exit with a usage message when it is invalid."""
    parser = argparse.ArgumentParser(
        prog="graph_simulator",
        description="Simulates Microsoft Entra and the Intune syncs of Microsoft Graph on ports of this machine.",
    )
    parser.add_argument(
        "--ready-file",
        type=Path,
        required=True,
        metavar="PATH",
        help="where to write, as JSON, the addresses and the credential once everything listens; removed at the end",
    )
    parser.add_argument(
        "--seed",
        type=Path,
        metavar="PATH",
        help="a JSON file whose Intune objects, applications, users and identities replace the default ones",
    )
    parser.add_argument(
        "--sync-seconds",
        type=_at_least_zero,
        default=2.0,
        metavar="SECONDS",
        help="how long after it is accepted a sync ends (default: %(default)s)",
    )
    parser.add_argument(
        "--latency-ms",
        type=_at_least_zero,
        default=0.0,
        metavar="MILLISECONDS",
        help="added to each response of a service (default: %(default)s)",
    )
    parser.add_argument(
        "--page-size",
        type=_at_least_one,
        default=100,
        metavar="COUNT",
        help="how many objects Graph lists on one page (default: %(default)s)",
    )
    parser.add_argument(
        "--device-code-seconds",
        type=_at_least_zero,
        default=DeviceCodeSettings.lifetime,
        metavar="SECONDS",
        help="how long a person has for a sign-in with a device code (default: %(default)s)",
    )
    parser.add_argument(
        "--device-code-interval",
        type=_at_least_one,
        default=DeviceCodeSettings.interval,
        metavar="SECONDS",
        help="how long a client should wait between two polls (default: %(default)s)",
    )
    parser.add_argument(
        "--no-throttling",
        action="store_false",
        dest="throttling",
        help="turn off throttling",
    )
    parser.add_argument("--exit-with", type=_at_least_one, metavar="PID", help="stop when that process has exited")
    parser.add_argument("--lifetime", type=_at_least_zero, metavar="SECONDS", help="stop after so many seconds")
    parsed = parser.parse_args(arguments)
    return SimulatorSettings(
        ready_file=parsed.ready_file,
        seed=parsed.seed,
        sync_seconds=parsed.sync_seconds,
        latency=parsed.latency_ms / 1000,
        page_size=parsed.page_size,
        device_codes=DeviceCodeSettings(parsed.device_code_seconds, parsed.device_code_interval),
        throttling=parsed.throttling,
        watched_pid=parsed.exit_with,
        simulator_lifetime=parsed.lifetime,
    )


def _at_least_zero(text: str) -> float:
    value = float(text)
    if not 0 <= value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not a number from 0 on")
    return value


def _at_least_one(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is below 1")
    return value
