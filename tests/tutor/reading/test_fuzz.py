"""Damaged files: whatever bytes change, every record is a row or a bad row, or the file is refused in one sentence."""

import random
from contextlib import closing
from pathlib import Path

import pytest

from tests.tutor.reading.samples import WRITERS, records
from tutor.errors import UnreadableDataset
from tutor.reading import open_dataset
from tutor.rows import BadRow, Row

_MUTATIONS = 100


@pytest.mark.parametrize("kind", WRITERS)
def test_a_damaged_file_is_read_or_refused(kind: str, tmp_path: Path) -> None:
    chance = random.Random(f"seed {kind}")
    path = WRITERS[kind](tmp_path, records(12))
    damaged = path if path.is_file() else next(path.glob("*.arrow"))
    whole = damaged.read_bytes()
    for _ in range(_MUTATIONS):
        damaged.write_bytes(_mutated(whole, chance))
        for repair in (False, True):
            refusal = ""
            try:
                source = open_dataset(path, repair=repair)
                rows = list(source)
            except UnreadableDataset as error:
                refusal = str(error)
            if refusal:
                assert len(refusal.splitlines()) == 1
                continue
            with closing(source._records()) as records_in:
                assert len(rows) == len(list(records_in)) > 0
            for row in rows:
                assert isinstance(row, (Row, BadRow))
                if isinstance(row, BadRow):
                    assert row.reasons
                    row.raw.encode()


def _mutated(whole: bytes, chance: random.Random) -> bytes:
    data = bytearray(whole)
    for _ in range(chance.choice((1, 1, 2, 8))):
        place = chance.randrange(len(data))
        match chance.randrange(6):
            case 0:
                data[place] = chance.randrange(256)
            case 1:
                data[place] ^= 1 << chance.randrange(8)
            case 2:
                del data[place : place + chance.randrange(1, 40)]
            case 3:
                data[place:place] = chance.randbytes(chance.randrange(1, 20))
            case 4:
                data[place:place] = chance.choice((b'"', b"{", b"[", b"}", b"]", b",", b"\n", b"\\", b"\0", b"\xf1"))
            case _:
                del data[max(place, 1) :]
        if not data:
            return b" "
    return bytes(data)
