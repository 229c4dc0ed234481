"""The frozen test: templates of the shipped dataset's held-out rows, which no retraining may ever learn from.

Written anew after the shipped dataset has changed by `make freeze` (`python -m tutor.frozen_test`).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from pathlib import Path

from tutor.errors import DamagedFrozenTest
from tutor.likeness import template_of
from tutor.rows import Row
from tutor.settings import FROZEN_TEST
from tutor.sides import Split

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


def frozen_text(rows: Iterable[Row], split: Split) -> str:
    """Return what the frozen test's file holds when the held-out ones of `rows` are frozen."""
    digests = {template_of(row.question) for row in rows}
    held_out = sorted(digest for digest in digests if split.side_of(digest) == "held-out")
    templates = [digest.to_bytes(8, "big", signed=True).hex() for digest in held_out]
    held = {"about": _ABOUT, "sha256": _digest_of(templates), "templates": templates}
    return json.dumps(held, ensure_ascii=False, indent=1) + "\n"


def shipped_frozen_text() -> str:
    """Return what the file holds when the shipped dataset is split by the shares of the default configuration."""
    from tutor.config import DataConfig
    from tutor.reading import read_rows

    shipped = DataConfig()
    rows, _ = read_rows(shipped.path)
    return frozen_text(rows, Split(shipped.held_out_share, shipped.validation_share))


def _digest_of(templates: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(templates).encode()).hexdigest()


_REMEDY = "take the file from the repository again (git checkout data/frozen-test.json)"

if __name__ == "__main__":
    FROZEN_TEST.write_text(shipped_frozen_text(), encoding="utf-8")
