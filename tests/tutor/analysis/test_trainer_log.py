"""Somebody else's log: what is read from it, and what is said about a file that is none."""

import json
from pathlib import Path

import pytest

from tests.tutor.analysis.samples import CLOSING, history, write_log, write_state
from tutor.analysis.record import Memory
from tutor.analysis.trainer_log import read_trainer_log
from tutor.errors import UsageError


def test_a_printed_log_and_a_state_file_tell_the_same_run(tmp_path: Path) -> None:
    printed, state = read_trainer_log(write_log(tmp_path)), read_trainer_log(write_state(tmp_path))
    for run in (printed, state):
        assert (run.axis, len(run.loss), run.loss.first, run.loss.last) == ("epochs", 250, 2.6141, 0.057)
        assert run.gradient_norm is not None
        assert run.gradient_norm.peak() == (25.0, 2.988)
        assert run.learning_rate is not None
        assert run.learning_rate.peak() == (31.0, 1e-4)
        assert (run.seconds, run.epochs_run, run.mean_loss) == (117180.0, 250.0, 0.2402)
        assert run.rows_an_epoch == pytest.approx(64, abs=0.5)
        assert run.flop == pytest.approx(1.00852232e17)
    assert printed.loss == state.loss
    assert printed.machine == "NVIDIA GeForce GTX 1050 Ti"
    assert printed.memory == Memory("MB", "card", peak=3087.42, allocated=2326.09, reserved=3228.0, limit=4000.0)
    assert (state.memory, state.epochs_planned, state.steps) == (None, 250, 1000)


def test_the_closing_table_alone_tells_time_and_speed(tmp_path: Path) -> None:
    file = tmp_path / "train.log"
    file.write_text(
        "{'loss': 2.0, 'epoch': 1.0}\n{'loss': 1.0, 'epoch': 4.0}\n***** train metrics *****\n  epoch = 4.0\n"
        "  total_flos = 2GF\n  train_loss = 1.5\n  train_runtime = 1 day, 8:33:00.50\n"
        "  train_samples_per_second = 0.137\n",
        encoding="utf-8",
    )
    run = read_trainer_log(file)
    assert (run.seconds, run.flop, run.mean_loss, run.rows_a_second) == (117180.5, 2e9, 1.5, 0.137)


def test_a_folder_stands_for_its_newest_checkpoint(tmp_path: Path) -> None:
    for step, loss in ((900, 1.0), (1000, 2.0)):
        folder = tmp_path / f"checkpoint-{step}"
        folder.mkdir()
        entry = {"loss": loss, "epoch": 4.0, "step": step}
        (folder / "trainer_state.json").write_text(json.dumps({"log_history": [entry]}))
    assert read_trainer_log(tmp_path).loss.last == 2.0
    write_state(tmp_path)
    assert read_trainer_log(tmp_path).loss.last == 0.057


def test_numbers_written_as_text_and_a_run_taken_up_again(tmp_path: Path) -> None:
    entries = [(1, "2.5"), (2, "2.0"), (3, "9.9"), (3, "1.5"), (4, "1.0")]
    file = tmp_path / "train.log"
    file.write_text("".join(f"{{'loss': '{loss}', 'epoch': '{epoch}'}}\n" for epoch, loss in entries))
    assert read_trainer_log(file).loss.values == (2.5, 2.0, 1.5, 1.0)


def test_a_loss_that_is_no_number_ends_the_curve(tmp_path: Path) -> None:
    file = tmp_path / "train.log"
    file.write_text("".join(f"{{'loss': {loss}, 'epoch': {at}.0}}\n" for at, loss in enumerate(("2", "1", "nan", "0"))))
    run = read_trainer_log(file)
    assert (run.broken_at, run.loss.values) == (2.0, (2.0, 1.0))


def test_held_out_losses_and_a_short_run_in_steps(tmp_path: Path) -> None:
    entries = [
        {"loss": 2.0, "epoch": 0.5, "step": 10},
        {"eval_loss": 1.9, "epoch": 0.5, "step": 10},
        {"loss": 1.0, "epoch": 1.0, "step": 20},
    ]
    file = tmp_path / "trainer_state.json"
    file.write_text(json.dumps({"log_history": [*entries, CLOSING | {"step": 20}]}))
    run = read_trainer_log(file)
    assert (run.axis, run.loss.positions) == ("steps", (10.0, 20.0))
    assert run.held_out_loss is not None
    assert (run.held_out_loss.positions, run.held_out_loss.values) == ((10.0,), (1.9,))


def test_losses_without_epoch_or_step_are_counted(tmp_path: Path) -> None:
    file = tmp_path / "train.log"
    file.write_text("{'loss': 2.0}\nnoise {'loss': 1.0}\n{'other': 3}\n")
    run = read_trainer_log(file)
    assert (run.axis, run.loss.positions, run.loss.values) == ("steps", (1.0, 2.0), (2.0, 1.0))


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.log", b"nothing here\n", "no loss was logged"),
        ("a.log", b"", "no loss was logged"),
        ("a.log", bytes(range(256)) * 50, "no loss was logged"),
        ("a.log", b"{'loss': nan, 'epoch': 1.0}\n", "no loss in it is a number"),
        ("a.json", b"{}", "is not the state of a Trainer"),
        ("a.json", b"[1, 2]", "is not the state of a Trainer"),
        ("a.json", b'{"log_history": 7}', "is not the state of a Trainer"),
        ("a.json", b'{"log_history": [7]}', "is not the state of a Trainer"),
        ("a.json", b'{"log_history": []}', "no loss was logged"),
        ("a.json", b"[" * 100_000, "is not the state of a Trainer"),
        ("a.json", b"\xff\xfe\x00", "is not the state of a Trainer"),
    ],
)
def test_a_file_that_is_no_log_is_named_in_one_sentence(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(UsageError, match=said) as caught:
        read_trainer_log(file)
    assert "\n" not in str(caught.value)


def test_what_is_not_there_or_holds_no_log_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no such file"):
        read_trainer_log(tmp_path / "nowhere.log")
    with pytest.raises(UsageError, match=r"holds no trainer_state\.json"):
        read_trainer_log(tmp_path)


def test_a_line_of_many_megabytes_is_read_in_pieces(tmp_path: Path) -> None:
    file = tmp_path / "train.log"
    file.write_text("x" * 3_000_000 + "\n" + "{" * 1_000_000 + "\n{'loss': 1.0, 'epoch': 5.0}\n")
    assert len(read_trainer_log(file).loss) == 1


def test_the_sample_holds_what_the_user_reported() -> None:
    by_epoch = {entry["epoch"]: entry["loss"] for entry in history()}
    assert [by_epoch[epoch] for epoch in (1, 50, 100, 250)] == [2.6141, 0.1035, 0.0644, 0.057]
