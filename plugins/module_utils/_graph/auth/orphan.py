# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.
"""Who started a process, so that others can often tell whether its job was cancelled around it.

A runner that cancels a job kills what it started; since ansible-core 2.19 modules are in a session of their own, and
go on. What tells them from others is that an ancestor of theirs is gone. Known from Linux's /proc alone (proc(5));
elsewhere no process counts as abandoned.
"""

from __future__ import annotations

import json
import os
import re

_PROC = "/proc"
# Up to the ansible-playbook that a runner kills. What is above may end while the job goes on, as a shell does that
# somebody leaves.
_GENERATIONS_OF_A_MODULE = 5
"""The module, a shell or two, Ansible's worker, and ansible-playbook."""
_GENERATIONS_OF_A_WORKER = 2
"""Ansible's worker, and ansible-playbook, which forked it."""


def describe_self() -> str:
    """This process and its ancestors, to be read by :func:`is_abandoned`."""
    from multiprocessing import parent_process

    generations = _GENERATIONS_OF_A_WORKER if parent_process() else _GENERATIONS_OF_A_MODULE
    return json.dumps({"where": _where(), "pids": _ancestry(os.getpid(), generations)})


def is_description(content: bytes) -> bool:
    """Return whether a file's content is what a holder of the lock can leave behind.

    A holder empties the file and writes its description at once. So the file is empty or complete when the holder is
    killed. On a full disk, the beginning of a description can be left.
    """
    if not content:
        return True
    try:
        described = json.loads(content)
    except (ValueError, RecursionError):
        return _is_beginning(content)
    if not isinstance(described, dict) or set(described) != {"where", "pids"}:
        return False
    where, pids = described["where"], described["pids"]
    if not (where is None or isinstance(where, str)) or not isinstance(pids, list):
        return False
    return bool(pids) and all(isinstance(pid, int) and not isinstance(pid, bool) for pid in pids)


def _is_beginning(content: bytes) -> bool:
    """Return whether this is the beginning of a description from this boot of this host."""
    key, beginning = b'{"where": ', json.dumps({"where": _where(), "pids": []})[:-2].encode()
    if content.startswith(beginning):
        return re.fullmatch(rb"[0-9, ]*\]?", content[len(beginning) :]) is not None
    # The key alone can also be the beginning of another program's file.
    return len(content) > len(key) and beginning.startswith(content)


def is_abandoned(description: str) -> bool:
    """Whether a process on this host has lost an ancestor since it described itself."""
    try:
        told = json.loads(description)
        where, pids = told["where"], told["pids"]
        # One that has ended is no more abandoned than one whose parents are all there.
        return where is not None and where == _where() and pids != _ancestry(pids[0], len(pids)) != pids[:1]
    except (ValueError, LookupError, TypeError, RecursionError):
        # Nobody described itself, or somebody is about to.
        return False


def _where() -> str | None:
    """Where process ids mean the same: one boot of one host, and one namespace of its processes."""
    try:
        with open(f"{_PROC}/sys/kernel/random/boot_id", encoding="ascii") as stream:
            return f"{stream.read().strip()} {os.readlink(f'{_PROC}/self/ns/pid')}"
    except OSError:
        return None


def _ancestry(pid: int, generations: int) -> list[int]:
    """The process, its parent, and so on."""
    found = [pid]
    while found[-1] > 1 and len(found) < generations:
        try:
            with open(f"{_PROC}/{found[-1]:d}/stat", "rb") as stream:
                # After the name, which may hold anything, come the state and the parent.
                found.append(int(stream.read().rpartition(b")")[2].split()[1]))
        except (OSError, ValueError, LookupError):
            break
    return found
