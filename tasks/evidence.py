"""What speaks for and against a version, where people look for it: in its run, in its tags and in its description."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict
from itertools import accumulate

from mlflow.entities.model_registry import ModelVersion
from mlflow.tracking import MlflowClient

from tasks.tracking import Run, commit
from tutor.adapter import ADAPTER, digest_of_adapter, read_origin
from tutor.config import EnergyConfig
from tutor.energy import energy_figures
from tutor.evaluation import Examination
from tutor.rows import digest_of
from tutor.stages import Finished
from tutor.verdict import Verdict
from tutor.verdict_words import VERDICTS

# The page of the logged model; the registry itself does not keep which one a version was made from.
MODEL_ID_TAG = "tutor.model_id"
_WHO = {"base": "Modelo base", "challenger": "Este tutor", "champion": "Tutor actual entonces"}
# The registry's column holds 5,000 characters.
_MAX_DESCRIPTION_CHARACTERS = 4900


def log_evidence(
    run: Run, dataset: Finished, training: Finished, examinations: Mapping[str, Examination], model_id: str
) -> None:
    """Log the figures of every examination, each answer as a table, and the Data Docs; the tutor's own to its model."""
    run.log_files(dataset.folder / "data_docs", "data_docs")
    asked = [(answer.question, answer.expected) for answer in examinations["challenger"].answers]
    run.log_dataset("evaluation", "examination", digest_of({"rows": asked}), len(asked))
    step = int(training.facts["steps"])
    for who, examination in examinations.items():
        figures = {f"{who}.accuracy": examination.accuracy, f"{who}.accuracy_unaided": examination.accuracy_unaided}
        for topic, accuracy in examination.accuracy_by_topic().items():
            figures[f"{who}.accuracy.{_metric_name(topic)}"] = accuracy
        if examination.general is not None:
            figures |= {f"{who}.{name}": value for name, value in examination.general.summary().items()}
        if examination.learned:
            figures[f"{who}.accuracy_on_learned"] = examination.summary()["accuracy_on_learned"]
        for flaw, count in examination.flaws().items():
            figures[f"{who}.flaw.{_metric_name(flaw)}"] = count / examination.n
        if who == "challenger":  # first in MLflow's lists, which go by the alphabet
            gain = examination.accuracy - examinations["base"].accuracy
            figures |= {"accuracy": examination.accuracy, "accuracy_over_base": gain}
        run.log_metrics(step, figures, model_id if who == "challenger" else None)
        answers = [asdict(answer) | {"flaws": ", ".join(answer.flaws)} for answer in examination.answers]
        run.log_table(f"answers/{who}.json", {name: [answer[name] for answer in answers] for name in answers[0]})


def log_energy(run: Run, training: Finished, energy: EnergyConfig) -> None:
    """Log what the training took, at the power and the price of now, and how that was found out."""
    figures = energy_figures(training.facts, energy)
    run.log_metrics(int(training.facts["steps"]), {name: figures[name] for name in ("energy_wh", "cost")})
    said = {"tutor.energy_from": figures["energy_from"], "tutor.price_per_kwh": f"{energy.price_per_kwh:g}"}
    run.log_tags(said)


def version_tags(
    dataset: Finished,
    training: Finished,
    examinations: Mapping[str, Examination],
    verdict: Verdict,
    compared_with: str | None,
) -> dict[str, str]:
    """Return the tags of a version: verdict and reasons, what it was made of and by, how it did beside whom."""
    adapter = training.folder / ADAPTER
    origin = read_origin(adapter)
    return {
        "verdict": verdict.decision,
        "reasons": "\n".join(verdict.reasons),
        "accuracy": f"{examinations['challenger'].accuracy:.4f}",
        "base_accuracy": f"{examinations['base'].accuracy:.4f}",
        "questions": str(examinations["challenger"].n),
        "compared_with": compared_with or "",
        "dataset_digest": dataset.facts["dataset_digest"],
        "base_model": origin.model.source,
        "base_revision": origin.model.revision,
        "commit": commit(),
        "adapter_sha256": digest_of_adapter(adapter),
    }


def describe(
    client: MlflowClient,
    version: ModelVersion,
    tags: Mapping[str, str],
    examinations: Mapping[str, Examination],
    verdict: Verdict,
) -> None:
    """Write `tags` and a description for people to `version`, and what tells models apart to its logged model."""
    for name, value in tags.items():
        client.set_model_version_tag(version.name, version.version, name, value)
    client.update_model_version(version.name, version.version, description(version, tags, examinations, verdict))
    kept = {name: tags[name] for name in ("verdict", "dataset_digest", "base_model", "base_revision", "commit")}
    client.set_logged_model_tags(version.tags[MODEL_ID_TAG], kept)


def description(
    version: ModelVersion, tags: Mapping[str, str], examinations: Mapping[str, Examination], verdict: Verdict
) -> str:
    """Return the report on a version, in Spanish, as Markdown."""
    lines = [f"**Veredicto: {VERDICTS[verdict.decision]}**", ""]
    lines += [f"- {reason}" for reason in verdict.reasons]
    lines += [
        "",
        f"Datos `{tags['dataset_digest'][:16]}`, base `{tags['base_model']}` en `{tags['base_revision']}`, "
        f"código `{tags['commit'][:12]}`, ejecución `{version.run_id}`.",
        "",
        f'Para preguntarle: `tutor ask models:/{version.name}/{version.version} "¿Cuánto es 7 × 8?"`',
        "",
        *_table(examinations),
    ]
    kept = list(accumulate(len(line) + 1 for line in lines))
    return "\n".join(line for line, so_far in zip(lines, kept, strict=True) if so_far <= _MAX_DESCRIPTION_CHARACTERS)


def _table(examinations: Mapping[str, Examination]) -> list[str]:
    columns = [who for who in _WHO if who in examinations]
    by_topic = {who: examinations[who].accuracy_by_topic() for who in columns}
    rows = ["| Tema | " + " | ".join(_WHO[who] for who in columns) + " |", "|---|" + "---:|" * len(columns)]
    total = " | ".join(f"**{_percent(examinations[who].accuracy)}**" for who in columns)
    rows.append(f"| **Todos ({examinations['challenger'].n} preguntas)** | {total} |")
    return rows + [
        f"| {_cell(topic)} | " + " | ".join(_percent(by_topic[who][topic]) for who in columns) + " |"
        for topic in by_topic["challenger"]
    ]


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "/").split())


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _metric_name(topic: str) -> str:
    """Return `topic` as MLflow accepts it in the name of a metric."""
    return re.sub(r"[^\w. -]", "_", topic)[:100]
