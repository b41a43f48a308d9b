# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Simulate a person who opens the pages of the provider in a browser and fills in the forms."""

from __future__ import annotations

import typing as t
from html.parser import HTMLParser
from urllib.parse import urljoin

import requests

if t.TYPE_CHECKING:
    from ansible_collections.msgraph.intune.plugins.module_utils._graph.auth.device_code import DeviceCode


class Visitor:
    """A person with a browser who accepts or declines a sign-in by device code."""

    def __init__(self, username: str, ca_path: str) -> None:
        self.username = username
        self._ca_path = ca_path

    def accept(self, device_code: DeviceCode) -> None:
        """Enter the code, confirm it, sign in, and consent."""
        with self._browser() as session:
            page = self._enter_code(session, device_code)
            page = self._submit(session, page)
            page = self._submit(session, page, login=self.username, password="the provider takes any")
            page = self._submit(session, page)
        assert "Sign-in Success" in page.text, page.text

    def decline(self, device_code: DeviceCode) -> None:
        """Enter the code, and abort at the confirmation."""
        with self._browser() as session:
            page = self._submit(session, self._enter_code(session, device_code), abort="yes")
        assert "The Sign-in request was interrupted" in page.text, page.text

    def _browser(self) -> requests.Session:
        session = requests.Session()
        session.trust_env = False
        session.verify = self._ca_path
        # The provider sends HTML only to clients that accept HTML.
        session.headers["Accept"] = "text/html"
        return session

    def _enter_code(self, session: requests.Session, device_code: DeviceCode) -> requests.Response:
        page = session.get(device_code.verification_url, timeout=5)
        return self._submit(session, page, user_code=device_code.user_code)

    def _submit(self, session: requests.Session, page: requests.Response, **typed: str) -> requests.Response:
        form = _Form(page.text)
        assert form.action is not None, page.text
        return session.post(urljoin(page.url, form.action), data={**form.fields, **typed}, timeout=5)


class _Form(HTMLParser):
    """The form on a page, with its address and its hidden fields."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.action: str | None = None
        self.fields: dict[str, str] = {}
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        provided = dict(attrs)
        if tag == "form":
            self.action = provided.get("action")
        elif tag == "input" and provided.get("type") == "hidden":
            self.fields[provided.get("name") or ""] = provided.get("value") or ""
