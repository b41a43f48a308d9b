# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Installs and runs npm's oidc-provider, an OpenID provider that shares no line with this collection."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import re
import shutil
import subprocess
import typing as t
from pathlib import Path

import trustme

_SOURCES = Path(__file__).parent
# The oldest that oidc-provider 8 runs on.
_NODE_MAJOR = 18


class UnavailableError(Exception):
    """This machine cannot run the provider; the message says why."""


@dataclasses.dataclass(frozen=True)
class Settings:
    """What the provider knows: one application with a secret, clients for people, and the scopes of one resource.

    ``seconds`` shortens lives: from client id to the provider's name of what ends, to seconds.
    """

    tenant_id: str
    graph_url: str
    scopes: tuple[str, ...]
    client_id: str
    client_secret: str = dataclasses.field(repr=False)
    public_client_ids: tuple[str, ...]
    seconds: dict[str, dict[str, int]]


@dataclasses.dataclass(frozen=True)
class Installed:
    """The folder of the provider's script, and the names and versions of what runs it."""

    folder: Path
    engines: tuple[str, str]


def install(cache: Path) -> Installed:
    """Install the provider below ``cache``, once.

    :raises UnavailableError: Node is absent or too old, or the packages cannot be had.
    """
    node = _node_version()
    folder = cache / "oidc_provider"
    folder.mkdir(parents=True, exist_ok=True)
    stamp = folder / "installed.json"
    wanted = (_SOURCES / "package.json").read_bytes()
    # Node looks for packages beside the script, and the checkout is not to hold any.
    for name in ("package.json", "provider.js"):
        shutil.copyfile(_SOURCES / name, folder / name)
    if not stamp.exists() or stamp.read_bytes() != wanted:
        stamp.unlink(missing_ok=True)
        _install_packages(folder, cache / "npm")
        stamp.write_bytes(wanted)
    package = json.loads((folder / "node_modules/oidc-provider/package.json").read_bytes())
    return Installed(folder, (f"oidc-provider {package['version']}", f"Node {node}"))


@contextlib.contextmanager
def running(installed: Installed, settings: Settings, scratch: Path) -> t.Iterator[tuple[str, str]]:
    """Run the provider; yields its origin and the path of the CA file that vouches for it."""
    authority = trustme.CA()
    certificate = authority.issue_cert("localhost", "127.0.0.1")
    ca_path = scratch / "ca.pem"
    authority.cert_pem.write_to_path(ca_path)
    # In a file: other users can read arguments.
    settings_path = scratch / "settings.json"
    settings_path.touch(mode=0o600)
    settings_path.write_text(
        json.dumps(
            {
                **dataclasses.asdict(settings),
                "certificate": b"".join(blob.bytes() for blob in certificate.cert_chain_pems).decode(),
                "key": certificate.private_key_pem.bytes().decode(),
            }
        ),
        encoding="utf-8",
    )
    output = scratch / "output.txt"
    with output.open("wb") as errors:
        process = subprocess.Popen(
            ["node", installed.folder / "provider.js", settings_path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    # Leaving the context closes the standard input, which ends the provider, and waits for that.
    with process:
        port = _told_port(t.cast("t.IO[str]", process.stdout))
        assert port is not None, f"The provider did not start:\n{output.read_text(encoding='utf-8')}"
        yield f"https://localhost:{port}", str(ca_path)


def _told_port(output: t.IO[str]) -> str | None:
    told = (re.fullmatch(r"port ([0-9]+)\n", line) for line in output)
    return next((match.group(1) for match in told if match), None)


def _node_version() -> str:
    missing = [name for name in ("node", "npm") if shutil.which(name) is None]
    if missing:
        raise UnavailableError(f"needs {' and '.join(missing)}")
    found = subprocess.run(["node", "--version"], check=False, capture_output=True, text=True).stdout.strip()
    version = re.match(r"v([0-9]+)\.", found)
    if version is None or int(version.group(1)) < _NODE_MAJOR:
        raise UnavailableError(f"needs Node {_NODE_MAJOR} or later, and found {found or 'one that does not start'}")
    return found.removeprefix("v")


def _install_packages(folder: Path, npm_cache: Path) -> None:
    # What an interrupted installation or another version left behind is not worth a repair.
    shutil.rmtree(folder / "node_modules", ignore_errors=True)
    command: list[str | Path] = ["npm", "install", "--prefix", folder, "--cache", npm_cache]
    command += ["--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"]
    # npm's own patience is minutes: too much for a test that is optional.
    command += ["--fetch-retries=1", "--fetch-retry-mintimeout=500", "--fetch-timeout=30000"]
    run = subprocess.run(command, check=False, capture_output=True, text=True)
    if run.returncode != 0:
        errors = re.findall(r"^npm (?:error|ERR!) (.+)$", run.stderr, re.MULTILINE)
        raise UnavailableError(f"npm could not install oidc-provider: {'; '.join(errors[:3]) or run.returncode}")
