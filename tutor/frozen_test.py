"""The frozen test: the shipped dataset's held-out rows, of whose templates no retraining may ever learn.

Every tutor is examined on them, whatever it was trained on, so that tutors of different datasets can be compared. The
list of templates keeps them out of training; the rows are kept apart, for the dataset may be changed. Both are written
anew after the shipped dataset has changed by `make freeze` (`python -m tutor.frozen_test`).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from pathlib import Path

from tutor.errors import DamagedFrozenTest
from tutor.likeness import template_of
from tutor.rows import Row, line_of, read_written_rows
from tutor.settings import FROZEN_ROWS, FROZEN_TEST
from tutor.sides import Split
from tutor.stages import digest_of_file

REFRESH = "make freeze"
_ABOUT = "Digests of question templates that are held out for good; see tutor/frozen_test.py"
_DIGEST = re.compile("[0-9a-f]{16}")


def frozen_templates(path: Path = FROZEN_TEST) -> frozenset[int]:
    """Return the digests of the templates that are frozen, as `tutor.likeness.template_of` gives them.

    Raises:
        DamagedFrozenTest: the file is not there, or does not hold what was written.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise DamagedFrozenTest(f"{path}: the frozen test cannot be read ({error}); {_REMEDY}") from None
    try:
        held = json.loads(text)
        templates, digest = held["templates"], held["sha256"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise DamagedFrozenTest(f"{path}: is no list of frozen templates; {_REMEDY}") from None
    if not isinstance(templates, list) or not all(isinstance(one, str) and _DIGEST.fullmatch(one) for one in templates):
        raise DamagedFrozenTest(f"{path}: 'templates' holds what is no digest; {_REMEDY}")
    if digest != _digest_of(templates):
        raise DamagedFrozenTest(f"{path}: the templates do not have the digest that stands beside them; {_REMEDY}")
    return frozenset(int.from_bytes(bytes.fromhex(template), "big", signed=True) for template in templates)


def frozen_rows(path: Path = FROZEN_ROWS, templates: Path = FROZEN_TEST) -> list[Row]:
    """Return the rows of the frozen test.

    Raises:
        DamagedFrozenTest: a file is not there, or the rows do not have the digest that stands among the templates.
    """
    frozen_templates(templates)
    expected = json.loads(templates.read_text(encoding="utf-8")).get("rows_sha256")
    if not path.is_file() or digest_of_file(path) != expected:
        raise DamagedFrozenTest(
            f"{path}: the rows of the frozen test are not as they were frozen; take the file from the repository again "
            f"(git checkout data/{path.name})"
        )
    return read_written_rows(path)


def frozen_texts(rows: Iterable[Row], split: Split) -> tuple[str, str]:
    """Return what the files of templates and of rows hold when the held-out ones of `rows` are frozen."""
    by_digest = [(template_of(row.question), row) for row in rows]
    kept = [(digest, row) for digest, row in by_digest if split.side_of(digest) == "held-out"]
    templates = [digest.to_bytes(8, "big", signed=True).hex() for digest in sorted({digest for digest, _ in kept})]
    lines = "".join(line_of(row) + "\n" for _, row in kept)
    held = {
        "about": _ABOUT,
        "sha256": _digest_of(templates),
        "rows_sha256": hashlib.sha256(lines.encode()).hexdigest(),
        "templates": templates,
    }
    return json.dumps(held, ensure_ascii=False, indent=1) + "\n", lines


def shipped_frozen_texts() -> tuple[str, str]:
    """Return what the files hold when the shipped dataset is split by the shares of the default configuration."""
    from tutor.config import DataConfig
    from tutor.reading import read_rows

    shipped = DataConfig()
    rows, _ = read_rows(shipped.path)
    return frozen_texts(rows, Split(shipped.held_out_share, shipped.validation_share))


def _digest_of(templates: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(templates).encode()).hexdigest()


_REMEDY = "take the file from the repository again (git checkout data/frozen-test.json)"

if __name__ == "__main__":
    templates_text, rows_text = shipped_frozen_texts()
    FROZEN_TEST.write_text(templates_text, encoding="utf-8")
    FROZEN_ROWS.write_text(rows_text, encoding="utf-8", newline="\n")
