"""The sentences in which the verdict gives its reasons, in both languages; {…} are figures that stand in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

LanguageCode = Literal["es", "en"]
# The verdict as teachers read it.
VERDICTS = {"accepted": "aceptado", "refused": "rechazado"}
# What three digits would round to 1000 or more, and write as a power of ten.
_WHOLE_FROM = 999.5


@dataclass(frozen=True)
class Words:
    """The sentences of a language by name, and how it writes numbers."""

    texts: Mapping[str, str]
    decimal: str
    percent_sign: str

    def say(self, name: str, /, **figures: object) -> str:
        """Return the sentence `name` with `figures` in their places."""
        return self.texts[name].format(**figures)

    def number(self, value: float) -> str:
        """Return `value` with three digits that count, as a whole number from 1000 on."""
        return f"{value:{'.0f' if abs(value) >= _WHOLE_FROM else '.3g'}}".replace(".", self.decimal)

    def percent(self, share: float) -> str:
        """Return `share`, 0 to 1, as a percentage with one decimal at most."""
        return f"{self.number(round(100 * share, 1))}{self.percent_sign}"

    def chance(self, p: float) -> str:
        """Return a p-value, such as "p = 0,012"."""
        return ("p < 0.001" if p < 0.001 else f"p = {p:.3f}").replace(".", self.decimal)


def words_of(code: LanguageCode) -> Words:
    """Return the words of a language."""
    return Words(SPANISH, ",", " %") if code == "es" else Words(ENGLISH, ".", "%")


SPANISH = {
    "base": "el modelo base sin entrenar",
    "champion": "el tutor actual",
    "more": "más que",
    "no_more": "no más que",
    "as_many": "tantas como",
    "fewer": "menos que",
    "scores": "El tutor nuevo acierta {right} de {n} preguntas nunca vistas, {compared} {name} ({before} de {n}); "
    "diferencia entre {low} y {high} puntos",
    "may_be_chance": ", pero puede ser azar: haría falta p < {bound}",
    "worse": "en algo",
    "worse_by": "por más de {points} puntos",
    "ruled_out": "{scores}; que sea peor {worse} se descarta ({p}).",
    "not_ruled_out": "{scores}; que sea peor {worse} no se puede descartar ({p}).",
    "topic": "«{topic}», {right} de {n}, y {name} {before}",
    "topics_fall": "Empeora claramente por temas: {topics}.",
    "no_topic_falls": "En ningún tema acierta menos que {name}.",
    "no_topic_falls_clearly": "Ningún tema empeora claramente; el que más baja: {topic}.",
    "understood": "No ha aprendido de memoria: acierta {learned} de {of_learned} ejercicios con los que se entrenó y "
    "{unseen} de {n} nunca vistos de los mismos temas.",
    "memorised": "Ha aprendido de memoria: acierta {learned} de {of_learned} ejercicios con los que se entrenó, pero "
    "solo {unseen} de {n} nunca vistos de los mismos temas ({p}).",
    "general_es": "español",
    "general_en": "inglés",
    "remembers": "Conserva el {what} general: perplejidad {ratio} veces la del modelo base (se admiten {bound}).",
    "forgot": "Ha olvidado el {what} general: perplejidad {ratio} veces la del modelo base (se admiten {bound}).",
    "remembers_sums": "Conserva las cuentas sencillas en inglés: {right} de {n} bien, el modelo base {before}.",
    "forgot_sums": "Ha olvidado las cuentas sencillas en inglés: {right} de {n} bien, el modelo base {before}.",
    "runs_on": "Respuestas que no terminan donde deben: {count} de {n} ({share}; se admite el {allowed}).",
    "other_language": "Respuestas en un idioma distinto del de la pregunta: {count} de {n} ({share}; se admite el "
    "{allowed}).",
}
ENGLISH = {
    "base": "the untrained base model",
    "champion": "the present tutor",
    "more": "more than",
    "no_more": "no more than",
    "as_many": "as many as",
    "fewer": "fewer than",
    "scores": "The new tutor gets {right} of {n} unseen questions right, {compared} {name} ({before} of {n}); "
    "difference between {low} and {high} points",
    "may_be_chance": ", but this may be chance: p < {bound} is wanted",
    "worse": "at all",
    "worse_by": "by more than {points} points",
    "ruled_out": "{scores}; that it is worse {worse} is ruled out ({p}).",
    "not_ruled_out": "{scores}; that it is worse {worse} cannot be ruled out ({p}).",
    "topic": "“{topic}”, {right} of {n}, and {name} {before}",
    "topics_fall": "It clearly gets worse in topics: {topics}.",
    "no_topic_falls": "In no topic does it get fewer right than {name}.",
    "no_topic_falls_clearly": "No topic clearly gets worse; the one that falls most: {topic}.",
    "understood": "It has not learned by heart: it gets {learned} of {of_learned} exercises right that it was trained "
    "on and {unseen} of {n} unseen ones of the same topics.",
    "memorised": "It has learned by heart: it gets {learned} of {of_learned} exercises right that it was trained on, "
    "but only {unseen} of {n} unseen ones of the same topics ({p}).",
    "general_es": "Spanish",
    "general_en": "English",
    "remembers": "It keeps general {what}: its perplexity is {ratio} times the base model's ({bound} are allowed).",
    "forgot": "It forgot general {what}: its perplexity is {ratio} times the base model's ({bound} are allowed).",
    "remembers_sums": "It keeps simple sums in English: {right} of {n} right, the base model {before}.",
    "forgot_sums": "It forgot simple sums in English: {right} of {n} right, the base model {before}.",
    "runs_on": "Answers that do not end where they should: {count} of {n} ({share}; {allowed} is allowed).",
    "other_language": "Answers in another language than the question's: {count} of {n} ({share}; {allowed} is "
    "allowed).",
}
