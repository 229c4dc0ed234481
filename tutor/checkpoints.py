"""Checkpoints to rely on: written aside, their digests last, then moved to their place; damaged ones are skipped."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tutor.stages import digest_of_file
from tutor.storage import replace_text, told_when_full, write_through

CHECKPOINTS = "checkpoints"
DIGESTS = "digests.json"
_UNFINISHED, _PREFIX = "unfinished", "checkpoint-"
_KEPT = 2

_log = logging.getLogger(__name__)


def unfinished(folder: Path) -> Path:
    """Return the folder below `folder` in which a checkpoint is written, as `checkpoint-STEP`."""
    return folder / _UNFINISHED


def begin(folder: Path) -> None:
    """Make room for a checkpoint: what an interrupted attempt at one left is removed."""
    shutil.rmtree(unfinished(folder), ignore_errors=True)
    unfinished(folder).mkdir(parents=True)


def finish(folder: Path, step: int) -> None:
    """Put the checkpoint of `step`, written to its end in `unfinished(folder)`, in its place; the newest two stay."""
    written, place = unfinished(folder) / f"{_PREFIX}{step}", folder / f"{_PREFIX}{step}"
    replace_text(written / DIGESTS, json.dumps(_digests(written), indent=1, sort_keys=True))
    write_through(written)
    if place.exists():
        shutil.rmtree(place)
    written.rename(place)
    write_through(unfinished(folder).parent)
    for old in _newest_first(folder)[_KEPT:]:
        shutil.rmtree(old)


@contextmanager
def room_for(folder: Path, step: int) -> Iterator[None]:
    """Within it the checkpoint of `step` is written; where there is no space for it, what was written of it goes.

    Raises:
        StorageFull: no space is left; the sentence names the checkpoint that stays.
    """
    kept = _newest_first(folder)
    stays = f"that of step {_step(kept[0])} is kept" if kept else "there is no earlier one"
    advice = f"{stays}: free some space and run the same command again, which goes on from there"
    try:
        with told_when_full(folder, f"the checkpoint of step {step} could not be written", advice):
            yield
    except BaseException:
        shutil.rmtree(unfinished(folder), ignore_errors=True)
        raise


def last_whole(folder: Path) -> Path | None:
    """Return the newest checkpoint in `folder` whose files are as they were written; damaged newer ones are removed."""
    for checkpoint in _newest_first(folder):
        if (damage := _damage(checkpoint)) is None:
            return checkpoint
        _log.warning("%s is damaged (%s) and removed; the one before it is used", checkpoint, damage)
        shutil.rmtree(checkpoint)
    return None


def _newest_first(folder: Path) -> list[Path]:
    found = [path for path in folder.glob(f"{_PREFIX}*") if path.name.removeprefix(_PREFIX).isdecimal()]
    return sorted(found, key=_step, reverse=True)


def _step(checkpoint: Path) -> int:
    return int(checkpoint.name.removeprefix(_PREFIX))


def _digests(checkpoint: Path) -> dict[str, str]:
    """Return the SHA-256 of each file of a checkpoint but the list of digests, by its name."""
    files = sorted(path for path in checkpoint.rglob("*") if path.is_file() and path.name != DIGESTS)
    return {str(path.relative_to(checkpoint)): digest_of_file(path) for path in files}


def _damage(checkpoint: Path) -> str | None:
    """Return what is wrong with a checkpoint, None if it is as it was written."""
    try:
        wanted = json.loads((checkpoint / DIGESTS).read_text(encoding="utf-8"))
        found = _digests(checkpoint)
    except (OSError, ValueError) as error:
        return f"{DIGESTS} or another file cannot be read: {error}"
    if not isinstance(wanted, dict):
        return f"{DIGESTS} holds no digests"
    wrong = sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))
    return f"{', '.join(wrong)} not as written" if wrong else None
