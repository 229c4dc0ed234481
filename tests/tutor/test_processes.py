"""Work in several processes: in order, ended with their parent, and one sentence when one is lost."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tutor.errors import WorkerLost
from tutor.processes import in_order
from tutor.settings import REPOSITORY


def process_of(piece: int) -> int:
    return os.getpid()


def end_the_process(piece: int) -> int:
    if piece == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return piece


def refuse(piece: int) -> int:
    raise ValueError(f"piece {piece}")


def test_pieces_come_in_order_and_the_first_ones_need_no_process() -> None:
    results = list(in_order(process_of, range(40), processes=2, alone=3))
    assert [piece for piece, _ in results] == list(range(40))
    processes = [process for _, process in results]
    assert processes[:3] == [os.getpid()] * 3
    assert os.getpid() not in processes[3:]
    assert len(set(processes[3:])) <= 2


def test_a_stream_is_read_no_faster_than_it_is_worked_on() -> None:
    read: list[int] = []
    pieces = (read.append(n) or n for n in range(100))  # type: ignore[func-returns-value]
    coming = in_order(process_of, pieces, processes=2, alone=2)
    for _ in range(10):
        next(coming)
    assert len(read) < 20
    coming.close()  # type: ignore[attr-defined]


def test_a_lost_process_is_one_sentence_and_a_failure_of_the_work_is_told_as_it_is() -> None:
    with pytest.raises(WorkerLost, match="was ended from outside"):
        list(in_order(end_the_process, range(9), processes=2, alone=0))
    with pytest.raises(ValueError, match="piece 0"):
        list(in_order(refuse, range(9), processes=1, alone=0))


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGKILL])
def test_processes_end_with_their_parent_and_leave_no_traceback(sent: signal.Signals, tmp_path: Path) -> None:
    code = (
        "import itertools, signal, sys\n"
        "from tests.tutor.test_processes import process_of\n"
        "from tutor.processes import in_order\n"
        # As a terminal gives it: a shell starts what runs in the background with Ctrl-C ignored.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "try:\n"
        "    for _, process in in_order(process_of, itertools.count(), processes=2, alone=0):\n"
        "        print(process, flush=True)\n"
        "except KeyboardInterrupt:\n"
        "    sys.exit(130)\n"
    )
    script = tmp_path / "endless.py"
    script.write_text(
        f"import sys; sys.path.insert(0, {str(REPOSITORY)!r})\nif __name__ == '__main__':\n"
        + "".join(f"    {line}\n" for line in code.splitlines())
    )
    command = subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        start_new_session=True,
    )
    assert command.stdout is not None
    assert int(command.stdout.readline()) > 0
    children = psutil.Process(command.pid).children(recursive=True)
    assert children
    os.killpg(command.pid, sent) if sent == signal.SIGINT else command.send_signal(sent)
    _, complaint = command.communicate(timeout=60)
    assert command.returncode == (130 if sent == signal.SIGINT else -signal.SIGKILL)
    if sent == signal.SIGINT:
        assert complaint == ""
    _, alive = psutil.wait_procs(children, timeout=30)
    assert not alive
