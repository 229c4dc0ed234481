"""A PostgreSQL server of our own, from Debian's packages: on loopback, in a folder that is thrown away."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PLACES = ("/usr/lib/postgresql",)


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def postgres(folder: Path, databases: tuple[str, ...]) -> Iterator[dict[str, str]]:
    """Yield the address of each of `databases` on a server that runs while the block does."""
    folder.mkdir(mode=0o700)
    if os.geteuid() == 0:
        # The server refuses to run as root.
        shutil.chown(folder, "postgres")
    password, port = secrets.token_hex(16), free_port()
    secret = folder / "password"
    secret.write_text(password)
    secret.chmod(0o644)
    data = folder / "data"
    _run("initdb", "-D", data, "-U", "tutor", "-A", "scram-sha-256", f"--pwfile={secret}", "-E", "UTF8", "--no-sync")
    options = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={folder} -c fsync=off"
    _run("pg_ctl", "-D", data, "-w", "-t", "120", "-l", folder / "log", "-o", options, "start")
    try:
        address = f"postgresql://tutor:{password}@127.0.0.1:{port}"
        for name in databases:
            # The user is root or us: the server asks for the password either way.
            _run("psql", f"{address}/postgres", "-c", f"CREATE DATABASE {name}")
        yield {name: f"{address}/{name}" for name in databases}
    finally:
        _run("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")


def restart(folder: Path) -> None:
    """Kill the server in `folder` as a crash would, and start it again."""
    _run("pg_ctl", "-D", folder / "data", "-m", "immediate", "-w", "restart")


def _run(program: str, *arguments: object) -> None:
    command = [_found(program), *map(str, arguments)]
    if os.geteuid() == 0:
        command = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *command]
    # Its own output goes nowhere: pg_ctl hands it on to the server, which would keep a pipe open for ever.
    answer = subprocess.run(
        command, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
    )
    assert answer.returncode == 0, f"{program} {arguments}: exit status {answer.returncode}"


def _found(program: str) -> str:
    for place in _PLACES:
        for folder in sorted(Path(place).glob("*/bin"), reverse=True):
            if (folder / program).exists():
                return str(folder / program)
    found = shutil.which(program)
    assert found, f"{program} is not installed; on Debian: apt-get install postgresql"
    return found
