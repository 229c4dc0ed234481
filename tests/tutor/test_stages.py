"""Stage folders: made once, complete or not there."""

from pathlib import Path
from typing import Any

import pytest

from tutor.errors import StorageFull
from tutor.stages import MANIFEST, run_stage, source_digest


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
