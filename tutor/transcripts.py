"""What the models answered, word for word and side by side: one page for a teacher that needs no network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape

from tutor.alphabet import alphabetical
from tutor.evaluation import Examination, GradedAnswer
from tutor.flaws import FLAWS
from tutor.verdict import Verdict

_WHO = {"base": "Modelo base", "challenger": "Tutor nuevo", "champion": "Tutor actual"}
_DECISIONS = {"accepted": "aceptado", "refused": "rechazado"}
_SHOWN = 1200  # characters of a reply; what runs on beyond them says nothing new


def transcripts_page(examined: Mapping[str, Examination], verdict: Verdict) -> str:
    """Return the page as HTML: the verdict, the figures, then every question with the answers of those `examined`.

    `examined` are "base", "challenger" and, where there is one, "champion", on the same rows in the same order. Without
    scripts everything shows; with them the questions can be chosen by topic, by remark and by who is right.
    """
    parts = [
        f"<h1>Respuestas del tutor, una a una</h1>\n<p>Veredicto: <strong>{_DECISIONS[verdict.decision]}</strong></p>",
        _list(verdict.reasons),
        _figures(examined),
        "<h2>Qué significan las observaciones</h2>",
        _list([f"<em>{flaw}</em>: {meaning}" for flaw, meaning in FLAWS.items()], escaped=True),
        "<h2>Preguntas</h2>",
        _choices(examined),
        *_questions(examined),
    ]
    body = "\n".join(parts)
    return (
        f'<!DOCTYPE html>\n<html lang="es"><head><meta charset="utf-8"><title>Respuestas del tutor</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head>\n'
        f"<body>\n{body}\n<script>{_SCRIPT}</script></body></html>\n"
    )


def _list(lines: Sequence[str], escaped: bool = False) -> str:
    return f"<ul>{''.join(f'<li>{line if escaped else escape(line)}</li>' for line in lines)}</ul>"


def _figures(examined: Mapping[str, Examination]) -> str:
    rows = [
        ("respuestas correctas", [f"{one.right} de {one.n}" for one in examined.values()]),
        (
            "correctas sin ayuda de la calculadora",
            [f"{one.accuracy_unaided * one.n:.0f} de {one.n}" for one in examined.values()],
        ),
        *((flaw, [str(one.flaws()[flaw]) for one in examined.values()]) for flaw in FLAWS),
    ]
    known = [one.general for one in examined.values()]
    if all(known):
        for language, name in (("es", "español"), ("en", "inglés")):
            values = [f"{one.perplexity(language):.0f}" if one else "" for one in known]
            rows.append((f"perplejidad en {name} general (cuanto menor, mejor)", values))
        rows.append(
            ("cuentas sencillas en inglés", [f"{sum(one.sums_right)} de {len(one.sums_right)}" for one in known if one])
        )
    head = "".join(f"<th>{_WHO[who]}</th>" for who in examined)
    body = "".join(f"<tr><td>{name}</td>{''.join(f'<td>{v}</td>' for v in values)}</tr>" for name, values in rows)
    return f"<table class=figures><tr><th></th>{head}</tr>{body}</table>"


def _choices(examined: Mapping[str, Examination]) -> str:
    answers = examined["challenger"].answers
    topics = sorted({answer.topic for answer in answers}, key=alphabetical)
    flaws = [flaw for flaw in FLAWS if any(flaw in one.flaws for one in answers)]
    outcomes = [("wrong", "el tutor nuevo falla"), ("right", "el tutor nuevo acierta"), ("differ", "no coinciden")]
    return (
        "<p class=choices>"
        + "".join(
            f"<label>{label} <select id={name}><option value=''>{every}</option>"
            + "".join(f'<option value="{escape(value)}">{escape(text)}</option>' for value, text in values)
            + "</select></label> "
            for name, label, every, values in (
                ("topic", "Tema", "todos", [(topic, topic) for topic in topics]),
                ("outcome", "Resultado", "todos", outcomes),
                ("flaw", "Observación del tutor nuevo", "todas", [(flaw, flaw) for flaw in flaws]),
            )
        )
        + "</p>"
    )


def _questions(examined: Mapping[str, Examination]) -> Iterator[str]:
    for answers in zip(*(one.answers for one in examined.values()), strict=True):
        by_who = dict(zip(examined, answers, strict=True))
        new = by_who["challenger"]
        outcome = "right" if new.correct else "wrong"
        differ = " differ" if len({answer.correct for answer in answers}) > 1 else ""
        columns = "".join(_answer(_WHO[who], answer) for who, answer in by_who.items())
        yield (
            f'<section data-topic="{escape(new.topic)}" data-outcome="{outcome}{differ}" '
            f'data-flaw="{escape("|".join(new.flaws))}"><h3>{escape(new.question)}</h3>'
            f"<p class=about>{escape(new.topic)}, {escape(new.level)}; respuesta esperada: "
            f"<strong>{escape(new.expected)}</strong></p><div class=answers>{columns}</div></section>"
        )


def _answer(name: str, answer: GradedAnswer) -> str:
    mark, style = ("✓ correcta", "right") if answer.correct else ("✗ incorrecta", "wrong")
    reply = answer.reply[:_SHOWN] + ("…" if len(answer.reply) > _SHOWN else "")
    remarks = [*answer.flaws]
    if answer.corrections:
        sums = "una cuenta" if answer.corrections == 1 else f"{answer.corrections} cuentas"
        remarks.append(f"la calculadora corrige {sums}")
    noted = "".join(f"<span class=remark>{escape(remark)}</span>" for remark in remarks)
    read = f", se lee «{escape(answer.found)}»" if answer.found else ", no se lee ninguna respuesta"
    return (
        f"<div class={style}><b>{name}</b> <span class=mark>{mark}</span>{read}"
        f"<pre>{escape(reply) or '(nada)'}</pre>{noted}</div>"
    )


_STYLE = """
:root { color-scheme: light dark; --line: #8886; --good: #1e7b34; --bad: #b02a37; }
body { font: 16px/1.45 system-ui, sans-serif; margin: 0 auto; max-width: 75rem; padding: 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; margin-top: 1.6rem; } h3 { font-size: 1rem; margin: 0 0 .2rem; }
table { border-collapse: collapse; } th, td { border: 1px solid var(--line); padding: .25rem .6rem; text-align: left; }
.figures td + td { text-align: right; }
section { border-top: 1px solid var(--line); padding: .8rem 0; }
.about { margin: 0 0 .5rem; opacity: .8; font-size: .9rem; }
.answers { display: grid; grid-template-columns: repeat(auto-fit, minmax(17rem, 1fr)); gap: .8rem; }
.answers > div { border-left: 4px solid var(--bad); padding-left: .7rem; min-width: 0; font-size: .9rem; }
.answers > .right { border-color: var(--good); }
.mark { color: var(--bad); } .right .mark { color: var(--good); }
pre { font: inherit; white-space: pre-wrap; overflow-wrap: anywhere; margin: .3rem 0; }
.remark { border: 1px solid var(--line); border-radius: 4px; padding: 0 .4rem; margin-right: .3rem; font-size: .85rem; }
.choices { position: sticky; top: 0; background: Canvas; padding: .4rem 0; }
.choices label { margin-right: 1rem; }
@media print {
  @page { size: A4; margin: 15mm; }
  body { font-size: 10pt; max-width: none; padding: 0; }
  .choices { display: none; }
  section, tr { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
}
"""
_SCRIPT = """
const names = ["topic", "outcome", "flaw"];
const shows = (section, name) => {
  const chosen = document.getElementById(name).value, has = section.dataset[name];
  const values = name === "outcome" ? has.split(" ") : name === "flaw" ? has.split("|") : [has];
  return !chosen || values.includes(chosen);
};
for (const name of names) document.getElementById(name).addEventListener("change", () => {
  for (const section of document.querySelectorAll("section"))
    section.hidden = !names.every((each) => shows(section, each));
});
"""
