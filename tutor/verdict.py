"""The gate: whether a newly trained tutor may take the place of the one that the pupils have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tutor.evaluation import Examination


@dataclass(frozen=True)
class Verdict:
    """The decision and a sentence (in Spanish, for teachers) for each reason."""

    decision: Literal["accepted", "refused"]
    reasons: tuple[str, ...]

    @property
    def accepted(self) -> bool:
        """Return whether the challenger may become champion."""
        return self.decision == "accepted"


def decide(base: Examination, challenger: Examination, champion: Examination | None) -> Verdict:
    """Return whether `challenger` beats the base and, where there is one, the champion, on the same rows."""
    rivals = [("el modelo base sin entrenar", base)]
    if champion is not None:
        rivals.append(("el tutor actual", champion))
    better = [challenger.right > rival.right for _, rival in rivals]
    reasons = [_sentence(challenger, name, rival) for name, rival in rivals]
    return Verdict("accepted" if all(better) else "refused", tuple(reasons))


def _sentence(challenger: Examination, name: str, rival: Examination) -> str:
    compared = "más que" if challenger.right > rival.right else "no más que"
    return (
        f"El tutor nuevo acierta {challenger.right} de {challenger.n} preguntas nunca vistas, "
        f"{compared} {name} ({rival.right} de {rival.n})."
    )
