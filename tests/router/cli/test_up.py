"""`jieli up` and its neighbours, as an operator meets them."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from router.cli import main
from router.cli.context import as_environment
from router.cli.up import claims_of, house_of
from router.settings import Settings, load
from router.supervise.claims import folder_claimed, free_port


def jieli(*arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(main, arguments, env=environment)


def test_a_port_in_use_is_named_with_both_ways_to_choose_another(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = jieli("up", "--data", str(tmp_path), "--port", port)
    assert result.exit_code == 1
    assert f"port {port} on 127.0.0.1, for the router, is already in use" in result.output
    assert "--port (make demo PORT=…)" in result.output


def test_a_data_folder_in_use_is_refused(tmp_path: Path) -> None:
    with folder_claimed(tmp_path):
        result = jieli("up", "--data", str(tmp_path), "--port", str(free_port()))
    assert result.exit_code == 1
    assert "another `jieli up` (process" in result.output


def test_a_wrong_setting_is_said_before_anything_starts(tmp_path: Path) -> None:
    result = jieli("up", "--data", str(tmp_path), JIELI_TIMEZONE="Mars/Olympus")
    assert result.exit_code == 1
    assert "`timezone` is no time zone" in result.output
    assert not (tmp_path / "jieli.db").exists()


def test_options_before_the_command_name_the_folder_and_the_file(tmp_path: Path) -> None:
    config = tmp_path / "jieli.toml"
    config.write_text('timezone = "Asia/Tokyo"\nprot = 1\n')
    result = jieli("--config", str(config), "--data", str(tmp_path), "migrate")
    assert result.exit_code == 1
    assert "prot" in result.output
    config.write_text('timezone = "Asia/Tokyo"\n')
    result = jieli("--config", str(config), "--data", str(tmp_path), "migrate")
    assert (result.exit_code, result.output) == (0, "The database is current.\n")
    assert (tmp_path / "jieli.db").exists()


def test_a_process_of_the_house_gets_the_very_same_settings(tmp_path: Path) -> None:
    settings = Settings(
        data=str(tmp_path),
        port=8123,
        demo=True,
        allowed_origins=("https://a.example", "https://b.example"),
        bot_deadline=1.5,
        service_token="t",
    )
    house = house_of(settings, 8124, 8125)
    again = load(house.router().environment)
    assert again == Settings(
        data=str(tmp_path),
        port=8123,
        demo=True,
        allowed_origins=("https://a.example", "https://b.example"),
        bot_deadline=1.5,
        service_token="t",
        bot_url="http://127.0.0.1:8124",
    )


def test_settings_that_are_empty_are_left_out_of_the_environment() -> None:
    written = as_environment(Settings())
    assert "JIELI_ALLOWED_ORIGINS" not in written
    assert load(written) == Settings()


def test_without_a_bot_of_its_own_only_the_routers_port_is_claimed(tmp_path: Path) -> None:
    settings = Settings(data=str(tmp_path), bot_url="http://10.0.0.7:5005", service_token="t")
    house = house_of(settings, 5005, 5055, local_bot=False)
    assert [claim.port for claim in claims_of(house)] == [8000]
    assert house.router().environment["JIELI_BOT_URL"] == "http://10.0.0.7:5005"
    assert len(claims_of(house_of(settings, 5005, 5055))) == 3


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("0.0.0.0", "http://127.0.0.1:8000"),
        ("::", "http://[::1]:8000"),
        ("10.1.2.3", "http://10.1.2.3:8000"),
    ],
)
def test_the_router_is_asked_at_an_address_this_machine_can_reach(host: str, url: str) -> None:
    assert house_of(Settings(host=host), 5005, 5055).router_url == url


def test_a_replay_of_a_wrong_file_says_which_line(tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"id": "a", "turns": ["你好"]}\n{"id": "b"}\n', encoding="utf-8")
    result = jieli("replay", "--conversations", str(rows), "--url", "http://127.0.0.1:9")
    assert result.exit_code == 1
    assert "rows.jsonl:2:" in result.output


def test_a_replay_against_nothing_says_so(tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"id": "a", "turns": ["你好"]}\n', encoding="utf-8")
    url = f"http://127.0.0.1:{free_port()}"
    result = jieli("replay", "--conversations", str(rows), "--url", url, "--token", "t")
    assert result.exit_code == 1
    assert f"{url}: no shopper session" in result.output


@contextmanager
def up(data: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "router", "up", "--demo", "--no-bot"),
            *("--data", str(data), "--port", str(port)),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def answer(url: str, within: float = 180.0) -> bytes:
    until = time.monotonic() + within
    while True:
        try:
            with urllib.request.urlopen(url, timeout=2) as response:
                body: bytes = response.read()
                return body
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


@pytest.mark.timeout(400)
def test_a_first_start_serves_prints_the_logins_and_stops_on_ctrl_c(
    tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    port = free_port()
    (tmp_path / "mood").symlink_to(pytestconfig.cache.mkdir("mood"))
    with up(tmp_path, port) as process:
        health = json.loads(answer(f"http://127.0.0.1:{port}/api/v1/health"))
        assert health["release"] == 1
        refused = jieli("up", "--data", str(tmp_path), "--port", str(free_port()))
        assert f"(process {process.pid}) already runs" in refused.output
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=60)
    assert process.returncode == 0, output
    passwords = json.loads((tmp_path / "demo_logins.json").read_text("utf-8"))
    assert all(password in output for password in passwords.values())
    assert f"http://127.0.0.1:{port}/desk/" in output
    assert "imported and published release 1" in output
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=1)
