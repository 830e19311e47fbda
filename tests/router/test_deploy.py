"""What deploy/ tells a machine is what the router reads."""

import re

import msgspec
import pytest

from router.settings import ROOT, Settings

ENV = (ROOT / "deploy" / "jieli.env").read_text("utf-8")
FIELDS = {f.name for f in msgspec.structs.fields(Settings)}


@pytest.mark.parametrize("name", re.findall(r"^#?JIELI_(\w+)=", ENV, re.MULTILINE))
def test_every_setting_named_for_a_machine_is_one(name: str) -> None:
    assert name.lower() in FIELDS


def test_the_proxy_asks_where_the_router_listens_and_is_believed() -> None:
    nginx = (ROOT / "deploy" / "nginx.conf").read_text("utf-8")
    assert f"server 127.0.0.1:{Settings().port};" in nginx
    assert "JIELI_TRUSTED_PROXIES=1" in ENV
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in nginx
