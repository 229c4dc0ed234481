"""How a training went, in a sentence or two for teachers, and in the tags by which runs are found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_PHASES = {"learning": "aprendizaje rápido", "refinement": "refinamiento", "stabilisation": "estabilización"}


def training_sentence(measured: Mapping[str, Any]) -> str:
    """Return how the training of these facts (see `train_adapter`) ended, what was kept and which stages it had."""
    steps, planned = measured["steps"], measured["steps_planned"]
    ended = f"El entrenamiento llegó al final de sus {steps} pasos"
    if measured.get("stopped_early"):
        ended = (
            f"El entrenamiento terminó en el paso {steps} de {planned}, porque ni la pérdida de validación ni las "
            "respuestas correctas mejoraban"
        )
    return f"{ended}; {_kept(measured)}.{_stages(measured['phases'])}"


def training_tags(measured: Mapping[str, Any]) -> dict[str, str]:
    """Return the tags that say how the training ended and which step was kept."""
    return {
        "tutor.summary": training_sentence(measured),
        "tutor.stopped_early": str(measured.get("stopped_early", False)).lower(),
        "tutor.best_step": str(measured.get("best_step", measured["steps"])),
    }


def _kept(measured: Mapping[str, Any]) -> str:
    checks = [check for check in measured.get("checks", ()) if not check["left_out"]]
    best = next((check for check in checks if check["step"] == measured["best_step"]), None)
    if best is None:
        return "se conserva el último adaptador, sin comprobaciones por el camino"
    answers = f" y {best['right']} de {best['asked']} respuestas correctas" if best["asked"] else ""
    return (
        f"se conserva el adaptador del paso {best['step']}, el mejor de {len(checks)} comprobaciones: pérdida de "
        f"validación de {_decimal(best['loss'], 3)}{answers}"
    )


def _stages(phases: Sequence[Mapping[str, Any]]) -> str:
    if [phase["name"] for phase in phases] == ["stabilisation"]:
        return " La pérdida no bajó de forma apreciable."
    said = [
        f"{_PHASES[phase['name']]} hasta el paso {phase['end']:.0f} ({_decimal(100 * phase['share_of_improvement'], 1)}"
        f" % de la mejora, {_decimal(100 * phase['share_of_time'], 0)} % del tiempo)"
        for phase in phases
    ]
    return f" Etapas: {', '.join(said)}." if said else ""


def _decimal(value: float, places: int) -> str:
    return f"{value:.{places}f}".replace(".", ",")
