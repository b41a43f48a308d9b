# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Install and run npm's oidc-provider, an OpenID provider that is independent of this collection."""

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
# The oldest major version of Node that oidc-provider 8 supports.
_NODE_MAJOR = 18


class UnavailableError(Exception):
    """This machine cannot run the provider; the message contains the reason."""


@dataclasses.dataclass(frozen=True)
class Settings:
    """The configuration of the provider: one application with a secret, public clients, and the scopes of one resource.

    ``seconds`` maps the ID of a client and the provider's name of a token to a lifetime in seconds.
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
    """The folder of the provider's script, and the names and versions of the provider and of Node."""

    folder: Path
    engines: tuple[str, str]


def install(cache: Path) -> Installed:
    """Install the provider below ``cache``, once.

    :raises UnavailableError: Node is missing or too old, or npm cannot install the packages.
    """
    node = _node_version()
    folder = cache / "oidc_provider"
    folder.mkdir(parents=True, exist_ok=True)
    stamp = folder / "installed.json"
    wanted = (_SOURCES / "package.json").read_bytes()
    # Node searches for packages next to the script, and the checkout must not contain packages.
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
    """Run the provider, and yield its origin and the path of its CA file."""
    authority = trustme.CA()
    certificate = authority.issue_cert("localhost", "127.0.0.1")
    ca_path = scratch / "ca.pem"
    authority.cert_pem.write_to_path(ca_path)
    # The settings are in a file, because other users can read command lines.
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
    # The context closes the standard input at its end, which stops the provider, and waits until it exits.
    with process:
        port = _read_port(t.cast("t.IO[str]", process.stdout))
        assert port is not None, f"The provider did not start:\n{output.read_text(encoding='utf-8')}"
        yield f"https://localhost:{port}", str(ca_path)


def _read_port(output: t.IO[str]) -> str | None:
    matches = (re.fullmatch(r"port ([0-9]+)\n", line) for line in output)
    return next((match.group(1) for match in matches if match), None)


def _node_version() -> str:
    missing = [name for name in ("node", "npm") if shutil.which(name) is None]
    if missing:
        raise UnavailableError(f"needs {' and '.join(missing)}")
    output = subprocess.run(["node", "--version"], check=False, capture_output=True, text=True).stdout.strip()
    version = re.match(r"v([0-9]+)\.", output)
    if version is None or int(version.group(1)) < _NODE_MAJOR:
        raise UnavailableError(f"needs Node {_NODE_MAJOR} or later, and found {output or 'one that does not start'}")
    return output.removeprefix("v")


def _install_packages(folder: Path, npm_cache: Path) -> None:
    # Remove the files of another version or of an interrupted installation.
    shutil.rmtree(folder / "node_modules", ignore_errors=True)
    command: list[str | Path] = ["npm", "install", "--prefix", folder, "--cache", npm_cache]
    command += ["--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"]
    # The default timeouts of npm are minutes, which is too long for an optional test.
    command += ["--fetch-retries=1", "--fetch-retry-mintimeout=500", "--fetch-timeout=30000"]
    run = subprocess.run(command, check=False, capture_output=True, text=True)
    if run.returncode != 0:
        errors = re.findall(r"^npm (?:error|ERR!) (.+)$", run.stderr, re.MULTILINE)
        raise UnavailableError(f"npm could not install oidc-provider: {'; '.join(errors[:3]) or run.returncode}")
