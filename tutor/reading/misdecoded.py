"""UTF-8 that somebody read as another encoding and saved again (`aÃ±o`, `¬øCu√°nto`): found, and put right.

What was read as Windows-1252 or Latin-1 is repaired by ftfy, what was read as Mac Roman or IBM850 here: ftfy passes
over `¬øCu√°nto es 3 √ó 4?` and `┬íMuy bien!`, and makes `ñ4` of `√±4`. Correct mathematics uses the same signs (`√`,
`±`, `≥`, `¬`), so a text is only accused where they stand as no mathematician puts them: inside a word, before a
question, between a figure and a sign that cannot follow a root.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_LETTERS = "áéíóúüñÁÉÍÓÚÜÑ"
_ROUNDS = 3  # some files were spoilt more than once
_SUSPECT = re.compile("[ÃÂâ√¬‚├┬Ô]")
_SUSPECT_OF_WINDOWS = re.compile("[ÃÂâ]")


@dataclass(frozen=True)
class _Confusion:
    """One wrong encoding: the byte behind each sign, what a mis-decoded sign looks like, what proves it."""

    bytes_of: dict[str, int]
    sequence: re.Pattern[str]
    proof: re.Pattern[str]

    def undone(self, text: str) -> str:
        """Return `text` with every sequence that stands for one sign replaced by that sign."""
        return self.sequence.sub(lambda match: self._sign(match[0]), text)

    def _sign(self, sequence: str) -> str:
        try:
            return bytes(self.bytes_of[each] for each in sequence).decode()
        except UnicodeDecodeError:
            return sequence


def put_right(texts: Sequence[str]) -> list[str] | None:
    """Return the texts of one row as they were before they were mis-decoded, or None when they were not."""
    joined = "\n".join(texts)
    if joined.isascii() or not _SUSPECT.search(joined):
        return None
    fixed = list(texts)
    for _ in range(_ROUNDS):
        confusion = next((each for each in _CONFUSIONS if each.proof.search("\n".join(fixed))), None)
        if confusion is None:
            break
        fixed = [confusion.undone(text) for text in fixed]
    fixed = [_from_windows(text) if _SUSPECT_OF_WINDOWS.search(text) and "√" not in text else text for text in fixed]
    return fixed if fixed != list(texts) else None


def _from_windows(text: str) -> str:
    import ftfy

    return ftfy.fix_encoding(text)


def accusation(texts: Sequence[str], fixed: Sequence[str]) -> str:
    """Return the reason for quarantine of a row with `texts` that were `fixed` before."""
    text, right = next(pair for pair in zip(texts, fixed, strict=True) if pair[0] != pair[1])
    at = next((at for at, (a, b) in enumerate(zip(text, right, strict=False)) if a != b), 0)
    start = text.rfind(" ", 0, at) + 1
    start = start if at - start < 20 else at
    return f"looks mis-decoded: '{_cut(text, start)}' probably '{_cut(right, start)}'"


def _cut(text: str, start: int) -> str:
    return ("…" if start else "") + text[start : start + 24] + ("…" if len(text) > start + 24 else "")


def _read_as(sign: str, codec: str) -> str:
    """Return what a program shows that reads `sign`, in UTF-8, as `codec`."""
    return sign.encode().decode(codec)


def _sequences(signs: str, codec: str) -> list[str]:
    return [re.escape(_read_as(sign, codec)) for sign in signs]


def _any(*sequences: str) -> str:
    return f"(?:{'|'.join(sequences)})"


def _confusion(codec: str, proof: str) -> _Confusion:
    bytes_of = {bytes([byte]).decode(codec): byte for byte in range(0x80, 0x100)}
    follow, lead2, lead3, lead4 = (
        "[" + "".join(re.escape(sign) for sign, byte in bytes_of.items() if low <= byte <= high) + "]"
        for low, high in ((0x80, 0xBF), (0xC2, 0xDF), (0xE0, 0xEF), (0xF0, 0xF4))
    )
    sequence = f"{lead2}{follow}|{lead3}{follow}{{2}}|{lead4}{follow}{{3}}"
    return _Confusion(bytes_of, re.compile(sequence), re.compile(proof))


def _mac() -> _Confusion:
    never_after_a_root = _any(*_sequences("áíü", "mac_roman"))  # √°, √≠, √º
    operators = _any(*_sequences("óñ", "mac_roman"))  # √≥, √±
    u_acute = re.escape(_read_as("ú", "mac_roman"))  # √∫, which is also the root of an integral
    times = _any(*_sequences("×÷", "mac_roman"))  # √ó, √∑
    proofs = (
        *_sequences("éÁÉÍÓÚÑÜ¿¡€–—‘’“”…√≤≥≠", "mac_roman"),
        f"[A-Za-z]{never_after_a_root}",
        f"[A-Za-z]{{2}}{_any(operators, u_acute)}",
        f"[A-Za-z]{operators}[A-Za-z]{{2}}",
        f"{_any(never_after_a_root, operators)}[a-z]{{3}}",
        f"{u_acute}(?!sen|sin|cos|tan|log|exp)[a-z]{{3}}",
        f"\\b[Aa](?:{_read_as('ñ', 'mac_roman')}o|{u_acute}n)\\b",
        f"\\b[Tt]{u_acute}(?!\\w)",
        f"\\d ?{times} ?\\d",
        f"[\\w)]{_any(*_sequences('²³', 'mac_roman'))}",
        f"\\d[. ]?{_any(*_sequences('°ºª', 'mac_roman'))}",
    )
    return _confusion("mac_roman", "|".join(proofs))


def _dos() -> _Confusion:
    letters = _any(*_sequences(_LETTERS, "cp850"))
    # Boxes are drawn with the same signs, but not inside words.
    opening = _any(*_sequences("¿¡", "cp850"))
    signs = "|".join(_sequences("€–—‘’“”…√≤≥≠", "cp850"))
    proof = f"[A-Za-z]{letters}|{letters}[a-z]|(?<![┌─┬├]){opening}[A-Za-z]|{signs}"
    return _confusion("cp850", proof)


_CONFUSIONS = (_mac(), _dos())
