# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.msgraph.intune.plugins.module_utils._graph.client import GraphRequest
from ansible_collections.msgraph.intune.plugins.module_utils._graph.config.options import collect_options
from ansible_collections.msgraph.intune.plugins.module_utils._graph.connect import connect
from ansible_collections.msgraph.intune.plugins.module_utils._graph.errors import NetworkError
from ansible_collections.msgraph.intune.plugins.module_utils._graph.http.rate_limit import RateLimit
from ansible_collections.msgraph.intune.plugins.module_utils._graph.permission import Permission
from ansible_collections.msgraph.intune.tests.unit.fakes import FakeClock

# The port is reserved, and no service listens on it.
PROXY = "http://svc:hush-hush@127.0.0.1:1"


@pytest.mark.parametrize(
    ("proxy", "environ", "source"),
    [(PROXY, {}, "the option proxy"), (None, {"MSGRAPH_PROXY": PROXY}, "the environment variable MSGRAPH_PROXY")],
)
def test_an_error_of_the_proxy_names_its_address_and_source(
    proxy: str | None, environ: dict[str, str], source: str
) -> None:
    provided = collect_options({"access_token": "a.b.c", "proxy": proxy, "retries": 0}, environ)
    client = connect(
        provided, rate_limit=RateLimit(writes=100, seconds=20.0), clock=FakeClock(), on_warning=print, on_retry=print
    )
    with pytest.raises(NetworkError) as caught:
        client.call(GraphRequest("GET", "things", "list the things", Permission("Things.Read.All", "")))
    client.close()
    assert f"the proxy 127.0.0.1:1 (from {source}) failed on the way to graph.microsoft.com" in str(caught.value)
    assert "hush" not in str(caught.value)
