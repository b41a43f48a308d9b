# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Describe the outcome of a sync run: the message, and the diff."""

from __future__ import annotations

import typing as t

from .ids import join_limited, name_and_id
from .plan import recent_phrase

if t.TYPE_CHECKING:
    from collections.abc import Sequence

    from .fields import State
    from .resource import Resource
    from .sync import SyncRun
    from .sync_options import SyncOptions
    from .sync_target import SyncTarget

# For several objects that were skipped for the same reason.
_PLURAL_CLAUSES: t.Final = {
    "already_running": "their syncs are running already",
    "cooling_down": "the service accepts their next syncs later",
}


def message(run: SyncRun) -> str:
    """Return what happened, in a few sentences for a person."""
    if not run.targets:
        resource = run.resource
        is_all = run.options.selection.all
        nothing = f"the tenant has no {resource.plural}" if is_all else f"no {resource.noun} was asked for"
        return f"Nothing to do: {nothing}."
    return " ".join([*_failures(run), *_accepted(run), *_completed(run), *_skipped(run), *_incomplete(run)])


def diff(run: SyncRun) -> list[dict[str, t.Any]]:
    """Return the states before and after of each object that was read, in the form that Ansible shows."""
    return [_pair(run.resource, target, target.before) for target in run.targets if target.before is not None]


def objects_phrase(resource: Resource, targets: Sequence[SyncTarget], *, names: bool = True) -> str:
    """Return how messages name several objects: their number, and up to ten names."""
    if len(targets) == 1:
        return resource.object_phrase(targets[0].id, targets[0].name)
    counted = resource.count_phrase(len(targets))
    if not names:
        return counted
    return f"{counted} ({join_limited([name_and_id(target.id, target.name) for target in targets])})"


def _failures(run: SyncRun) -> list[str]:
    failed = [target for target in run.targets if target.action == "failed"]
    if not failed:
        return []
    sentences = [str(failed[0].error)]
    if len(run.targets) > 1:
        names = join_limited([name_and_id(target.id, target.name) for target in failed])
        sentences.append(f"{len(failed)} of {run.resource.count_phrase(len(run.targets))} failed: {names}.")
    return sentences


def _accepted(run: SyncRun) -> list[str]:
    done = [target for target in run.targets if target.changed]
    if not done:
        return []
    verb = "Would ask Microsoft Graph for" if run.options.check_mode else "Microsoft Graph accepted"
    sync = run.options.sync_type or "sync"
    return [f"{_share(run, done)}{verb} a {sync} of {objects_phrase(run.resource, done)}."]


def _share(run: SyncRun, done: Sequence[SyncTarget]) -> str:
    """Return how many were triggered although others failed: AWX counts no change of a task that failed."""
    if run.options.check_mode or not any(target.action == "failed" for target in run.targets):
        return ""
    return f"{len(done)} of {len(run.targets)} {'was' if len(done) == 1 else 'were'} triggered: "


def _completed(run: SyncRun) -> list[str]:
    waited = [target for target in run.targets if target.completed is not None]
    completed = [target for target in waited if target.completed]
    if not completed:
        return []
    phrase = objects_phrase(run.resource, completed, names=len(completed) < len(waited))
    if len(waited) == 1:
        subject = "Its sync has"
    elif len(completed) == 1:
        subject = f"The sync of {phrase} has"
    else:
        subject = f"The syncs of {phrase} have"
    return [f"{subject} finished: the time of the last sync has moved on."]


def _skipped(run: SyncRun) -> list[str]:
    by_reason: dict[str | None, list[SyncTarget]] = {}
    for target in run.targets:
        if target.action == "skipped":
            by_reason.setdefault(target.reason, []).append(target)
    sentences = []
    for reason, targets in by_reason.items():
        sentences.append(f"Skipped {objects_phrase(run.resource, targets)}: {_clause(run.options, targets)}.")
        if reason == "not_ready" and run.action.not_ready_hint:
            sentences.append(run.action.not_ready_hint)
    return sentences


def _clause(options: SyncOptions, targets: Sequence[SyncTarget]) -> str:
    clauses = list(dict.fromkeys(target.explanation or "" for target in targets))
    reason = targets[0].reason or ""
    if len(targets) == 1:
        return clauses[0]
    if reason == "recent":
        return f"their last syncs are {recent_phrase(options)}"
    return _PLURAL_CLAUSES.get(reason) or join_limited(clauses, "; ")


def _incomplete(run: SyncRun) -> list[str]:
    waited = [target for target in run.targets if target.completed is not None]
    failed = [target for target in waited if target.sync_failed]
    sentences = [str(target.error) for target in failed[:1]]
    if failed and len(waited) > 1:
        names = join_limited([name_and_id(target.id, target.name) for target in failed])
        sentences.append(f"The syncs of {len(failed)} of {run.resource.count_phrase(len(waited))} failed: {names}.")
    # All pending targets share one error.
    return [*sentences, *(str(target.error) for target in [one for one in waited if one.is_pending][:1])]


def _pair(resource: Resource, target: SyncTarget, before: State) -> dict[str, t.Any]:
    keys = [key for key in (resource.last_sync_key, resource.status_key) if key is not None]
    after = target.after or before
    header = resource.label_of(before)
    requested = (target.sync_type or "sync") if target.changed else None
    return {
        "before_header": header,
        "after_header": header,
        "before": {**{key: before.get(key) for key in keys}, "requested": None},
        "after": {**{key: after.get(key) for key in keys}, "requested": requested},
    }
