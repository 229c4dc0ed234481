"""What the columns of a dataset mean: which of them hold question, working and answer, told by their names."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from tutor.errors import UsageError
from tutor.grading import stated_answer
from tutor.reading.misdecoded import accusation, put_right
from tutor.reading.records import Record
from tutor.reading.repairs import Repairs
from tutor.reading.text import LONGEST_LINE, in_one_line
from tutor.rows import NO_LEVEL, NO_TOPIC, BadRow, Row

GSM8K_MARK = "####"
# The names under which datasets keep each field, ours first.
_NAMES = {
    "question": ("question", "instruction"),
    "answer": ("answer",),
    "solution": ("solution",),
    "topic": ("topic",),
    "level": ("level",),
    "id": ("id",),
}
FIELDS = tuple(_NAMES)
_TURNS = ("messages", "conversations")
_MARK = re.compile(r"(?im)^[ \t]*(?:####|\**respuesta(?:[ \t]+final)?\**[ \t]*:)[* \t]*(?P<answer>.*)")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_NAMES_SHOWN = 12
# Not every space of Unicode: a form feed is what is left of the \f in \frac, and has to be seen.
_SPACE = " \t\r\n\u00a0\ufeff\u2028\u3000"
_YES_OR_NO = re.compile(r"(?i)(?:sí|si|no)\b")

Meaning = Literal["as they are", "GSM8K", "replies", "chat"]


@dataclass(frozen=True)
class Shape:
    """Which columns hold which field, and how the answer is had from them.

    `names` gives for each field the columns to look in, the first that is there wins; `context` is the column that
    goes on with the question. Of GSM8K and of replies the answer column holds the working too.
    """

    name: str
    meaning: Meaning
    names: Mapping[str, tuple[str, ...]]
    context: str = ""

    def row(self, record: Record, repair: Repairs | None) -> Row | BadRow:
        """Return `record` as a row, or as a bad row with every reason."""
        line, value, raw, problems = record
        if problems:
            return _bad(line, "", problems, _raw(value, raw))
        if not isinstance(value, dict):
            reason = f"expected a JSON object, got {type(value).__name__}"
            return _bad(line, "", (reason,), _raw(value, raw))
        reasons: list[str] = []
        texts = [_text(value, self.names[field], reasons) for field in ("topic", "level", "id")]
        texts[:0] = self._exercise(value, reasons)
        joined = "\n".join(texts)
        if not joined.isprintable():
            reasons += _unwritable(texts)
        if fixed := put_right(texts):
            if repair:
                repair.row(texts, fixed)
                texts = fixed
            else:
                reasons.append(accusation(texts, fixed))
        question, solution, answer, topic, level, identity = texts
        if reasons:
            return _bad(line, identity, reasons, _raw(value, raw))
        return Row(identity or f"line-{line}", question, solution, answer, topic or NO_TOPIC, level or NO_LEVEL, line)

    def _exercise(self, value: Mapping[str, object], reasons: list[str]) -> list[str]:
        """Return question, solution and answer."""
        if self.meaning == "chat":
            question, reply = _last_turns(value, self.names["question"], reasons)
            return [question, *_parted(reply, self.names["question"][0], reasons)] if question else ["", "", ""]
        question = _wanted(value, self.names["question"], reasons)
        if self.context and (context := _text(value, (self.context,), reasons)):
            question = f"{question}\n{context}"
        answer = _wanted(value, self.names["answer"], reasons)
        if self.meaning == "as they are":
            return [question, _text(value, self.names["solution"], reasons), answer]
        if not answer:
            return [question, "", ""]
        if self.meaning == "replies":
            return [question, *_parted(answer, self.names["answer"][0], reasons)]
        solution, mark, final = answer.rpartition(GSM8K_MARK)
        if not mark or not final.strip():
            reasons.append(f"'{self.names['answer'][0]}' has no answer after '{GSM8K_MARK}', as the other rows have")
        return [question, solution.strip(), final.strip()]


def shape_of(
    columns: Collection[str], sample: Sequence[Mapping[str, object]], mapping: Mapping[str, str] | None
) -> Shape | None:
    """Return the shape of a dataset with these columns and first records, None when it is none that is known.

    Raises:
        UsageError: `mapping` names a field or a column that does not exist.
    """
    if mapping:
        _check_mapping(mapping, columns)
    chosen = {field: (column,) for field, column in (mapping or {}).items()}
    names = {field: chosen.get(field) or _present_first(_NAMES[field], columns) for field in FIELDS}

    def has(field: str) -> bool:
        return field in chosen or any(name in columns for name in names[field])

    turns = next((name for name in _TURNS if name in columns), "")
    if has("question") and has("answer"):
        shape = _own_or_gsm8k(names, sample, has("solution"))
    elif "question" in chosen and "solution" in chosen:
        shape = Shape("replies", "replies", names | {"answer": chosen["solution"]})
    elif "output" in columns and has("question"):
        shape = Shape("Alpaca", "replies", names | {"answer": ("output",)}, "input" if "input" in columns else "")
    elif {"prompt", "completion"} <= set(columns):
        shape = Shape("prompt and completion", "replies", names | {"question": ("prompt",), "answer": ("completion",)})
    elif turns:
        shape = Shape("chat", "chat", names | {"question": (turns,)})
    else:
        return None
    return replace(shape, name=_described(shape, columns, chosen))


def original_text(record: Record) -> str:
    """Return a record as it stood; one from a file without text, as JSON."""
    return _raw(record.value, record.raw)


def columns_shown(columns: Collection[str]) -> str:
    """Return the names of `columns` for a sentence, cut where there are many."""
    shown = [in_one_line(str(name)[:40]) for name in list(columns)[:_NAMES_SHOWN]]
    more = len(columns) - len(shown)
    return (", ".join(shown) or "none") + (f" and {more} more" if more > 0 else "")


def _own_or_gsm8k(
    names: Mapping[str, tuple[str, ...]], sample: Sequence[Mapping[str, object]], has_solution: bool
) -> Shape:
    answers = [value.get(name) for value in sample for name in names["answer"] if name in value]
    marked = sum(isinstance(answer, str) and GSM8K_MARK in answer for answer in answers)
    if not has_solution and answers and 2 * marked >= len(answers):
        return Shape("GSM8K", "GSM8K", names)
    return Shape("own", "as they are", names)


def _described(shape: Shape, columns: Collection[str], chosen: Mapping[str, Sequence[str]]) -> str:
    if shape.meaning == "chat":
        return f"chat (last question and reply of {shape.names['question'][0]})"
    taken = []
    for field in ("question", "answer", "solution", "topic", "level", "id"):
        column = next((name for name in shape.names[field] if name in columns), "")
        if not column or (field == "solution" and shape.meaning != "as they are"):
            continue
        said = f"{field} from {column}" if field in chosen and column != field else column
        if field == "question" and shape.context:
            said += f", {shape.context}"
        if field == "answer" and shape.meaning == "GSM8K":
            said += f" with {GSM8K_MARK}"
        taken.append(said)
    return f"{shape.name} ({', '.join(taken)})"


def _check_mapping(mapping: Mapping[str, str], columns: Collection[str]) -> None:
    for field, column in mapping.items():
        if field not in FIELDS:
            raise UsageError(f"mapping: there is no field '{field}'; expected one of {', '.join(FIELDS)}")
        if column not in columns:
            raise UsageError(f"mapping: {field}={column}: no such column; the columns are {columns_shown(columns)}")


def _present_first(names: Sequence[str], columns: Collection[str]) -> tuple[str, ...]:
    return (*(name for name in names if name in columns), *(name for name in names if name not in columns))


# --- texts ---


def _wanted(value: Mapping[str, object], names: Sequence[str], reasons: list[str]) -> str:
    before = len(reasons)
    text = _text(value, names, reasons)
    if not text and len(reasons) == before:
        reasons.append(f"'{names[0]}' is missing or empty")
    return text


def _text(value: Mapping[str, object], names: Sequence[str], reasons: list[str]) -> str:
    for name in names:
        cell = value.get(name)
        if cell is None:
            continue
        if isinstance(cell, str):
            if len(cell) > LONGEST_LINE:
                reasons.append(f"'{name}' is {len(cell):,} characters long, more than 1 MiB")
                return ""
            return cell.strip(_SPACE)
        if isinstance(cell, bool) or not isinstance(cell, (int, float, Decimal)):
            reasons.append(f"'{name}' is a {type(cell).__name__}; expected text")
            return ""
        return _number(cell, name, reasons)
    return ""


def _number(cell: float | Decimal, name: str, reasons: list[str]) -> str:
    """Return a number with a decimal comma: with a point it could be taken for thousands."""
    try:
        if isinstance(cell, int):
            return str(cell)
        if math.isfinite(cell):
            return format(Decimal(str(cell)), "f").replace(".", ",")
    except (ValueError, ArithmeticError):
        pass
    reasons.append(f"'{name}' is {type(cell).__name__} that cannot be written out; expected a number of usual size")
    return ""


def _parted(reply: str, name: str, reasons: list[str]) -> list[str]:
    """Return the working and the final answer of a reply that holds both."""
    marks = list(_MARK.finditer(reply))
    stated = marks[-1]["answer"].strip(" *\t.") if marks else ""
    word = _YES_OR_NO.match(stated)
    answer = word[0] if word else stated_answer(stated or reply) or stated
    if not answer:
        reasons.append(f"'{name}' has no final answer; expected 'Respuesta: …', '{GSM8K_MARK} …' or a number")
    working = reply[: marks[-1].start()] if stated else reply
    return ["" if working.strip(" .") == answer else working.strip(), answer]


def _last_turns(value: Mapping[str, object], names: Sequence[str], reasons: list[str]) -> tuple[str, str]:
    """Return the last thing that the user said before the assistant answered, and the answer."""
    turns = value.get(names[0])
    if not isinstance(turns, list):
        reasons.append(f"'{names[0]}' is a {type(turns).__name__}; expected a list of turns with role and content")
        return "", ""
    spoken = [(_role(turn), _content(turn)) for turn in turns if isinstance(turn, dict)]
    for place in range(len(spoken) - 1, 0, -1):
        (asker, question), (replier, reply) = spoken[place - 1 : place + 1]
        if asker in ("user", "human") and replier in ("assistant", "gpt") and question and reply:
            return question, reply
    reasons.append(f"'{names[0]}' has no turn of the user that the assistant answers, both with text")
    return "", ""


def _role(turn: Mapping[str, object]) -> str:
    return str(turn.get("role") or turn.get("from") or "")


def _content(turn: Mapping[str, object]) -> str:
    content = turn.get("content", turn.get("value"))
    if isinstance(content, list):
        parts = [part.get("text") for part in content if isinstance(part, dict)]
        content = "\n".join(part for part in parts if isinstance(part, str))
    return content.strip() if isinstance(content, str) and len(content) <= LONGEST_LINE else ""


def _unwritable(texts: Sequence[str]) -> list[str]:
    """Return what stands in `texts` of one row that is no text."""
    reasons = []
    for name, text in zip(("question", "solution", "answer", "topic", "level", "id"), texts, strict=True):
        try:
            text.encode()
        except UnicodeEncodeError:
            reasons.append(f"'{name}' holds half of a character (lone surrogate)")
        if control := _CONTROL.search(text):
            reasons.append(f"'{name}' holds the control character U+{ord(control[0]):04X} (a lost backslash of LaTeX?)")
    return reasons


def _bad(line: int, identity: str, reasons: Sequence[str], raw: str) -> BadRow:
    once = tuple(dict.fromkeys(map(in_one_line, reasons)))
    return BadRow(line, in_one_line(identity) or f"line-{line}", once, raw)


def _writable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()


def _raw(value: object, raw: str | None) -> str:
    """Return the record as it stood; one from a file without text, as JSON."""
    return _writable(raw if raw is not None else json.dumps(value, ensure_ascii=False, default=str))
