"""What only one supervisor may have: the data folder and the ports."""

from __future__ import annotations

import contextlib
import fcntl
import os
import random
import socket
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

LOCK = "up.lock"
_PORTS = range(20_000, 32_000)


class Claimed(Exception):
    """Something is in use already; the text says what, by whom if known, and what to do."""


@dataclass(frozen=True, slots=True)
class PortClaim:
    """A port somebody is going to listen on, and the option that chooses another."""

    what: str
    host: str
    port: int
    option: str


@contextlib.contextmanager
def folder_claimed(data: Path) -> Iterator[None]:
    """Hold the data folder for this process, or say who holds it."""
    data.mkdir(parents=True, exist_ok=True)
    with (data / LOCK).open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            raise Claimed(
                f"another `jieli up` (process {holder}) already runs on {data}: "
                "stop it, or choose another folder with --data"
            ) from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def refuse_taken_ports(claims: Iterable[PortClaim]) -> None:
    """Say which ports are in use or asked for twice, all of them at once."""
    problems: list[str] = []
    seen: dict[int, str] = {}
    for claim in claims:
        if claim.port in seen:
            problems.append(
                f"{claim.what} and {seen[claim.port]} cannot both have port {claim.port}: "
                f"choose another with {claim.option}"
            )
        seen[claim.port] = claim.what
        trouble = _trouble(claim.host, claim.port)
        if trouble is not None:
            problems.append(
                f"port {claim.port} on {claim.host}, for {claim.what}, {trouble}: "
                f"choose another with {claim.option}"
            )
    if problems:
        raise Claimed("\n".join(problems))


def free_port(host: str = "127.0.0.1") -> int:
    """Find a port that is free now.

    It is below those the system gives to outgoing connections, so that none takes it meanwhile.
    """
    for port in random.sample(_PORTS, k=200):
        if _trouble(host, port) is None:
            return port
    raise Claimed(f"no port from {_PORTS[0]} to {_PORTS[-1]} seems free on {host}")


def is_free(host: str, port: int) -> bool:
    """Tell whether nobody listens on a port now."""
    return _trouble(host, port) is None


def _trouble(host: str, port: int) -> str | None:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError:
        return "cannot be had, since there is no such address"
    with socket.socket(family, kind, protocol) as probe:
        # As the servers do, so that a port of a process that just ended counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
            probe.listen(1)
        except PermissionError:
            return "needs more rights"
        except OSError:
            return "is already in use"
    return None
