"""Time: from one hour to another, hours and minutes, weeks and days."""

from __future__ import annotations

from random import Random

from tutor.exercises.exercise import Exercise
from tutor.exercises.explanations import with_check, with_rule, with_warning
from tutor.exercises.phrasing import phrase
from tutor.exercises.vocabulary import PEOPLE

MINUTES_BETWEEN = (
    "¿Cuántos minutos [hay|pasan|van] de las {a} a las {b}?",
    "[Calcula|Di|Halla] los minutos que van de las {a} a las {b}",
    "La clase empieza a las {a} y termina a las {b}. ¿Cuántos minutos dura?",
    "{p} sale de casa a las {a} y llega a la escuela a las {b}. ¿Cuántos minutos tarda?",
    "De {a} a {b}, ¿cuántos minutos son?",
    "El autobús pasa a las {b} y son las {a}. ¿Cuántos minutos faltan?",
    "Una [llamada|clase de baile|visita] empieza a las {a} y acaba a las {b}. ¿Cuánto dura en minutos?",
    "Minutos entre las {a} y las {b}",
)
HOURS_BETWEEN = (
    "¿Cuántas horas [hay|pasan|van] de las {a}:00 a las {b}:00?",
    "Un [tren|autobús|barco] sale a las {a}:00 y llega a las {b}:00. ¿Cuántas horas tarda?",
    "Una tienda abre a las {a}:00 y cierra a las {b}:00. ¿Cuántas horas está abierta?",
    "{p} trabaja de {a}:00 a {b}:00. ¿Cuántas horas trabaja?",
)
TO_MINUTES = (
    "[Pasa|Convierte|Cambia|Transforma] {h} h [y |]{m} min a minutos",
    "[Pasa|Expresa|Escribe] {h} horas y {m} minutos en minutos",
    "¿Cuántos minutos [son|hay en|hacen] {h} horas y {m} minutos?",
    "¿A cuántos minutos equivalen {h} h y {m} min?",
    "Una [película|reunión|obra de teatro] dura {h} horas y {m} minutos. ¿Cuántos minutos son?",
    "{p} estudió {h} horas y {m} minutos. ¿Cuántos minutos estudió?",
    "{h} h y {m} min en minutos",
    "El viaje de {p} dura {h} h {m} min. Exprésalo en minutos",
)
WEEKS = (
    "¿Cuántos días [hay en|son|tienen] {n} semanas?",
    "{p} está de vacaciones {n} semanas. ¿Cuántos días son?",
    "Faltan {n} semanas para la fiesta. ¿Cuántos días faltan?",
    "{n} semanas en días",
    "Un bebé tiene {n} semanas. ¿Cuántos días tiene?",
)


def durations(rng: Random) -> Exercise:
    """Return a question about how long something lasts."""
    make = rng.choices((_minutes_between, _hours_between, _to_minutes, _weeks), (37, 17, 28, 18))[0]
    return make(rng)


def _minutes_between(rng: Random) -> Exercise:
    hour = rng.randint(7, 20)
    start, end = 5 * rng.randint(3, 11), 5 * rng.randint(1, 11)
    if rng.random() < 0.4 and start != end:
        start, end = sorted((start, end))
        question = _ask(MINUTES_BETWEEN, rng, a=f"{hour}:{start:02d}", b=f"{hour}:{end:02d}")
        solution = f"Es la misma hora, restamos los minutos: {end}-{start}={end - start}."
        others = (with_check(solution, f"{start}+{end - start}={end}"),)
        return _exercise(question, solution, end - start, "min", "primaria 3", others)
    to_the_hour = 60 - start
    question = _ask(MINUTES_BETWEEN, rng, a=f"{hour}:{start}", b=f"{hour + 1}:{end:02d}")
    solution = f"Hasta las {hour + 1}:00 van 60-{start}={to_the_hour} minutos y después {end}: {to_the_hour}+{end}={to_the_hour + end}."
    others = (with_warning(solution, "una hora tiene 60 minutos, no 100"),)
    return _exercise(question, solution, to_the_hour + end, "min", "primaria 4", others)


def _hours_between(rng: Random) -> Exercise:
    start = rng.randint(7, 14)
    end = start + rng.randint(2, 9)
    question = _ask(HOURS_BETWEEN, rng, a=start, b=end)
    solution = f"Restamos las horas: {end}-{start}={end - start}."
    others = (with_check(solution, f"{start}+{end - start}={end}"),)
    return _exercise(question, solution, end - start, "h", "primaria 3", others)


def _to_minutes(rng: Random) -> Exercise:
    hours, minutes = rng.randint(2, 4), 5 * rng.randint(1, 11)
    total = 60 * hours
    question = _ask(TO_MINUTES, rng, h=hours, m=minutes)
    solution = f"{hours} h y {minutes} min: {hours}×60={total}, {total}+{minutes}={total + minutes}."
    others = (
        with_rule("Una hora tiene 60 minutos", solution),
        with_warning(solution, f"no es {hours * 100 + minutes}, una hora no tiene 100 minutos"),
    )
    return _exercise(question, solution, total + minutes, "min", "primaria 4", others)


def _weeks(rng: Random) -> Exercise:
    weeks = rng.randint(2, 10)
    solution = f"Una semana tiene 7 días: {weeks}×7={weeks * 7}."
    others = (with_check(solution, f"{weeks * 7}÷7={weeks}"),)
    return _exercise(_ask(WEEKS, rng, n=weeks), solution, weeks * 7, "días", "primaria 3", others)


def _ask(patterns: tuple[str, ...], rng: Random, **numbers: object) -> str:
    return phrase(patterns, rng, p=rng.choice(PEOPLE).name, **numbers)


def _exercise(question: str, solution: str, value: int, unit: str, level: str, others: tuple[str, ...]) -> Exercise:
    return Exercise(question, solution, f"{value} {unit}", "horas y duraciones", level, others)
