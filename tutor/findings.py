"""What is found out about one row by looking at it alone; what it has to do with other rows is found out later."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from tutor.grading import can_be_compared
from tutor.language import language_of
from tutor.likeness import digest_of_text, wording_of
from tutor.numbers import find_quantities, parse_quantity
from tutor.privacy import personal_data_in
from tutor.prompt import completion, prompt
from tutor.proof import DEFAULT_SECONDS, prove
from tutor.rows import BadRow, Row, line_of

# What every byte-level tokenizer of ours (GPT-2, Phi, SmolLM2) keeps apart: words, runs of digits, runs of signs.
_PIECE = re.compile(r" ?[^\W\d_]+| ?\d+| ?(?:[^\s\w]|_)+|\s+")
_SHOWN = 80
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


class Findings(NamedTuple):
    """What is found about one row.

    `identity`, `same`, `near` and `template` are signed 64-bit digests (`tutor.likeness.Wording`); lengths are in
    characters; `tokens` is what the row takes at least, 0 where it surely takes fewer than the limit. `inexact` is an
    answer without an exact value, `unstated` one the solution does not reach, `personal` the kind of personal data,
    `refuted` says which equation is wrong, `overdue` that recomputing was given up; each is "" where nothing was found.
    `proven`: the working proves the answer.
    """

    question_characters: int
    solution_characters: int
    tokens: int
    identity: int
    same: int
    near: int
    template: int
    language: str
    inexact: str
    unstated: str
    personal: str
    refuted: str
    overdue: str
    proven: bool


@dataclass(frozen=True)
class Piece:
    """Some successive records of a dataset, as rows or bad rows, each with the text that stood in the file."""

    records: Sequence[tuple[Row | BadRow, str]]
    max_row_tokens: int
    max_row_seconds: float


class Examined(NamedTuple):
    """What was found about the rows of a piece (None: no row); each row and its original text as a line of JSON."""

    findings: list[Findings | None]
    rows: str
    originals: str
    bytes: int


def examine_piece(piece: Piece) -> Examined:
    """Return what is found about each record of `piece`."""
    findings: list[Findings | None] = []
    rows, originals = [], []
    for row, original in piece.records:
        findings.append(findings_of(row, piece.max_row_tokens, piece.max_row_seconds) if isinstance(row, Row) else None)
        rows.append(line_of(row) + "\n")
        originals.append(json.dumps(original, ensure_ascii=False) + "\n")
    read = sum(len(original.encode()) + 1 for _, original in piece.records)
    return Examined(findings, "".join(rows), "".join(originals), read)


def findings_of(row: Row, max_row_tokens: int, max_row_seconds: float = DEFAULT_SECONDS) -> Findings:
    """Return what is found about `row`.

    Tokens are counted where it might take more than `max_row_tokens`, its working is given up after `max_row_seconds`.
    """
    wording = wording_of(row.question, row.answer)
    proof = prove(row.question, row.solution, row.answer, max_row_seconds)
    return Findings(
        question_characters=len(row.question),
        solution_characters=len(row.solution),
        tokens=_tokens_at_least(row, max_row_tokens),
        identity=digest_of_text(row.id),
        same=wording.same,
        near=wording.near,
        template=wording.template,
        language=language_of(wording.words),
        inexact="" if can_be_compared(row.answer) else row.answer[:_SHOWN],
        unstated="" if _holds_answer(row.solution, row.answer) else row.answer[:_SHOWN],
        personal=personal_data_in(f"{row.question}\n{row.solution}") or "",
        refuted=proof.reason if proof.verdict == "refuted" else "",
        overdue=proof.reason if proof.verdict == "not checkable" else "",
        proven=proof.verdict == "proven",
    )


def _tokens_at_least(row: Row, limit: int) -> int:
    """Return how many tokens `row` takes at least, 0 where it surely takes `limit` or fewer.

    A byte-level tokenizer makes no more tokens than bytes, with one for the end, and never one out of two pieces.
    """
    text = prompt(row.question) + completion(row.solution, row.answer)
    if 4 * len(text) < limit or len(text.encode()) < limit:
        return 0
    return sum(1 for _ in _PIECE.finditer(text)) + 1


def _holds_answer(solution: str, answer: str) -> bool:
    """Return whether the answer stands in the solution, as it is or as a quantity of the same value.

    An answer that is no number, and a row without solution, are not judged; nor is a working with annotations, of
    which `prove` knows better what it reaches.
    """
    wanted = parse_quantity(answer)
    if wanted is None or not solution or answer in solution or "<<" in solution:
        return True
    values = {wanted.value, *_either_way(answer)}
    if any(quantity.value in values for quantity in find_quantities(solution)):
        return True
    return not values.isdisjoint(value for number in _NUMBER.findall(solution) for value in _either_way(number))


def _either_way(text: str) -> list[Fraction]:
    """Return what a number is worth if the comma divides decimals or thousands, and the same of the point."""
    bare = _NUMBER.search(text)
    if bare is None or len(bare[0]) > 40:
        return []
    readings = {bare[0].replace(",", ""), bare[0].replace(".", "").replace(",", ".")}
    return [Fraction(reading) for reading in readings if reading.count(".") <= 1]
