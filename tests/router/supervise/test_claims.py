"""The data folder and the ports belong to one supervisor."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from router.supervise.claims import (
    Claimed,
    PortClaim,
    folder_claimed,
    free_port,
    refuse_taken_ports,
)

HOLD = """
import sys
from pathlib import Path
from router.supervise.claims import folder_claimed
with folder_claimed(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_start_on_the_same_folder_is_refused_and_names_the_first(tmp_path: Path) -> None:
    first = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert first.stdout is not None
    assert first.stdin is not None
    assert first.stdout.readline() == "held\n"
    named = rf"process {first.pid}\) already runs.*--data"
    with pytest.raises(Claimed, match=named), folder_claimed(tmp_path):
        pytest.fail("the folder was given twice")
    first.stdin.close()
    first.wait(10)
    with folder_claimed(tmp_path):
        assert (tmp_path / "up.lock").read_text() == str(os.getpid())


def test_a_folder_left_by_a_dead_supervisor_is_free(tmp_path: Path) -> None:
    (tmp_path / "up.lock").write_text("999999")
    with folder_claimed(tmp_path):
        pass


def test_every_port_in_use_is_named_with_its_option() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        free = free_port()
        with pytest.raises(Claimed) as refused:
            refuse_taken_ports(
                [
                    PortClaim("the router", "127.0.0.1", port, "--port"),
                    PortClaim("the bot", "127.0.0.1", free, "--bot-port"),
                    PortClaim("the actions", "127.0.0.1", free, "--actions-port"),
                ]
            )
    text = str(refused.value)
    assert f"port {port} on 127.0.0.1, for the router, is already in use" in text
    assert "choose another with --port" in text
    assert f"the actions and the bot cannot both have port {free}" in text


def test_an_address_that_is_not_of_this_machine_is_said_so() -> None:
    with pytest.raises(Claimed, match=r"203\.0\.113\.7"):
        refuse_taken_ports([PortClaim("the router", "203.0.113.7", free_port(), "--host")])


def test_free_ports_are_let_through() -> None:
    refuse_taken_ports([PortClaim("the router", "127.0.0.1", free_port(), "--port")])
