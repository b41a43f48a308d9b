# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Prepare a home folder for ansible-test: ``prepare_home.py FOLDER``.

ansible-test passes only a few variables to its child processes: HOME, but not those with the package index of pip. So
this script writes the settings of pip into the home folder. With this HOME, ansible-test also writes no files outside
the checkout.
"""

from __future__ import annotations

import ast
import configparser
import os
import shutil
import subprocess
import sys
import typing as t
from pathlib import Path

# The versions of pip that ansible-test installs: ansible-core 2.20 and later, 2.18 and 2.19, 2.16 and 2.17.
BOOTSTRAPPED_PIPS = ("25.2", "24.2", "23.1.2")

# Settings of pip that other variables can set.
FOREIGN_VARIABLES = {"cert": ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"), "proxy": ("HTTPS_PROXY", "https_proxy")}


def prepare(home: Path, environment: t.Mapping[str, str]) -> None:
    """Write the settings of pip and the scripts that install pip into the folder."""
    cache = home / ".ansible/test/cache"
    cache.mkdir(parents=True, exist_ok=True)
    for version in BOOTSTRAPPED_PIPS:
        shutil.copy(Path(__file__).with_name("get_pip.py"), cache / f"get_pip_{version.replace('.', '_')}.py")

    settings = home / ".config/pip/pip.conf"
    settings.parent.mkdir(parents=True, exist_ok=True)
    # The address of a package index can contain a password, so only this user may read the file.
    settings.touch(mode=0o600)
    with settings.open("w", encoding="utf-8") as stream:
        pip_settings(pip_config_list(), environment).write(stream)


def pip_config_list() -> str:
    """Return the settings of pip from files and from variables."""
    command = [sys.executable, "-m", "pip", "config", "list"]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def pip_settings(config_list: str, environment: t.Mapping[str, str]) -> configparser.RawConfigParser:
    """Convert pip's list of settings into one file. Variables win over all sections of the files."""
    settings = configparser.RawConfigParser()
    settings.add_section("global")
    for name, variables in FOREIGN_VARIABLES.items():
        for variable in variables:
            if environment.get(variable):
                settings.set("global", name, environment[variable])

    by_variable: dict[str, str] = {}
    for line in config_list.splitlines():
        key, literal = line.split("=", 1)
        section, name = key.split(".", 1)
        value = str(ast.literal_eval(literal))
        if section == ":env:":
            by_variable[name] = value
            continue
        if not settings.has_section(section):
            settings.add_section(section)
        settings.set(section, name, value)

    for name, value in by_variable.items():
        for section in settings.sections():
            settings.remove_option(section, name)
        settings.set("global", name, value)
    return settings


if __name__ == "__main__":
    prepare(Path(sys.argv[1]), os.environ)
