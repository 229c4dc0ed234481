"""Stage folders: made once, complete or not there."""

import os
import time
from pathlib import Path
from typing import Any

import pytest

from tutor.errors import StorageFull
from tutor.stages import MANIFEST, ROOMS, run_stage, source_digest
from tutor.storage import held_alone


def test_an_unchanged_stage_is_not_made_again(tmp_path: Path) -> None:
    made: list[Path] = []

    def make(folder: Path) -> dict[str, Any]:
        made.append(folder)
        (folder / "result").write_text("x")
        return {"rows": 3}

    first = run_stage(tmp_path, "validation", {"a": 1}, make)
    second = run_stage(tmp_path, "validation", {"a": 1}, make)
    other = run_stage(tmp_path, "validation", {"a": 2}, make)
    assert (first.reused, second.reused, other.reused) == (False, True, False)
    assert len(made) == 2
    assert second.facts["rows"] == 3
    assert (second.folder / "result").read_text() == "x"
    assert first.folder == second.folder != other.folder


@pytest.mark.parametrize("resume", [False, True])
def test_a_failed_stage_leaves_no_finished_folder_and_is_made_again(tmp_path: Path, resume: bool) -> None:
    def fail(folder: Path) -> dict[str, Any]:
        (folder / "half").write_text("x")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        run_stage(tmp_path, "training", {}, fail, resume=resume)
    assert not list(tmp_path.glob(f"*/{MANIFEST}"))

    def make(folder: Path) -> dict[str, Any]:
        assert (folder / "half").exists() == resume
        return {}

    assert not run_stage(tmp_path, "training", {}, make, resume=resume).reused


def test_a_folder_without_a_manifest_is_not_taken_for_finished(tmp_path: Path) -> None:
    done = run_stage(tmp_path, "tokenization", {}, lambda folder: {})
    (done.folder / MANIFEST).unlink()
    assert not run_stage(tmp_path, "tokenization", {}, lambda folder: {}).reused


def test_a_full_disk_is_one_sentence_and_leaves_no_finished_folder(tmp_path: Path) -> None:
    def make(folder: Path) -> dict[str, Any]:
        with Path("/dev/full").open("w") as full:
            full.write("x" * 100_000)
        return {}

    with pytest.raises(StorageFull, match=r"the stage 'tokenization' could not be finished: no space is left .*; free"):
        run_stage(tmp_path, "tokenization", {}, make)
    assert not list(tmp_path.glob(f"*/{MANIFEST}"))
    assert not run_stage(tmp_path, "tokenization", {}, lambda folder: {}).reused


def test_what_only_shows_results_counts_where_it_is_named_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "tutor" / "analysis" / "page.py"
    page.parent.mkdir(parents=True)
    monkeypatch.setattr("tutor.stages.REPOSITORY", tmp_path)
    digests = []
    for text in ("a = 1", "a = 2"):
        page.write_text(text)
        source_digest.cache_clear()
        digests.append([source_digest((place,)) for place in ("tutor", "tutor/analysis", "tutor/analysis/page.py")])
    source_digest.cache_clear()
    (rooms, folder, file), (rooms_later, folder_later, file_later) = digests
    assert rooms == rooms_later
    assert folder != folder_later
    assert file != file_later


def test_what_only_the_making_needed_is_gone_once_the_manifest_is_written(tmp_path: Path) -> None:
    def make(folder: Path) -> dict[str, Any]:
        for name in ("checkpoints", "adapter"):
            (folder / name).mkdir()
        return {}

    def finished() -> Path:
        return run_stage(tmp_path, "training", {}, make, resume=True, scratch=("checkpoints",)).folder

    folder = finished()
    assert sorted(path.name for path in folder.iterdir()) == ["adapter", MANIFEST]
    (folder / "checkpoints").mkdir()  # as a process leaves it that died just before it would have removed it
    finished()
    assert not (folder / "checkpoints").exists()


def test_checkpoints_outlive_an_attempt_that_fails(tmp_path: Path) -> None:
    def fail(folder: Path) -> dict[str, Any]:
        (folder / "checkpoints").mkdir()
        raise OSError("killed")

    with pytest.raises(OSError, match="killed"):
        run_stage(tmp_path, "training", {}, fail, resume=True, scratch=("checkpoints",))
    (partial,) = tmp_path.glob("training-*.partial")
    assert (partial / "checkpoints").is_dir()


def test_a_stage_that_starts_removes_what_attempts_with_other_inputs_left(tmp_path: Path) -> None:
    left = [tmp_path / f"tokenization-{digit * 16}.partial" for digit in "abc"]
    other = tmp_path / f"training-{'a' * 16}.partial"
    for folder in (*left, other):
        (folder / "deep").mkdir(parents=True)
        (folder / "deep" / "half").write_text("x")
        (tmp_path / f".{folder.stem}.lock").touch()
    with held_alone(tmp_path / f".{left[0].stem}.lock"):
        done = run_stage(tmp_path, "tokenization", {}, lambda folder: {})
        assert left[0].exists(), "somebody makes it at this moment"
    assert not left[1].exists()
    assert not left[2].exists()
    assert other.exists()
    assert sorted(path.name for path in tmp_path.glob(".*.lock")) == [f".{other.stem}.lock"]
    assert done.folder.exists()


def test_an_interrupted_training_waits_two_weeks_for_its_settings_to_come_back(tmp_path: Path) -> None:
    recent, old = (tmp_path / f"training-{digit * 16}.partial" for digit in "ab")
    for folder, days in ((recent, 13), (old, 15)):
        folder.mkdir()
        (folder / "checkpoint").touch()
        touched = time.time() - days * 24 * 3600
        for path in (folder / "checkpoint", folder):
            os.utime(path, (touched, touched))
    run_stage(tmp_path, "training", {}, lambda folder: {}, resume=True)
    assert recent.exists()
    assert not old.exists()


def test_another_version_of_a_library_makes_the_stages_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    digests = set()
    for changed in ("", "torch", "transformers", "peft", "bitsandbytes"):
        monkeypatch.setattr("importlib.metadata.version", lambda name, changed=changed: str(name == changed))
        source_digest.cache_clear()
        digests.add(source_digest(ROOMS))
        named = source_digest(("tutor/rows.py",))
    source_digest.cache_clear()
    assert len(digests) == 5
    monkeypatch.undo()
    assert source_digest(("tutor/rows.py",)) == named, "who names its code does not depend on them"
