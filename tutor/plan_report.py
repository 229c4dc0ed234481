"""The plan of a run as a table, in Spanish, for teachers."""

from __future__ import annotations

from rich.console import Console, Group
from rich.table import Table

from tutor.memory_plan import CONTEXT_BYTES, MIB
from tutor.run_plan import RunPlan

_ITEMS = {
    "packed_weights": "Pesos en 4 bits",
    "absmax": "Escalas de los pesos (absmax)",
    "dequantised_copies": "Copias descomprimidas de los pesos",
    "embedding": "Tabla de entrada (embedding)",
    "head": "Capa de salida",
    "norms_and_biases": "Normas y sesgos",
    "lora_parameters": "Adaptador LoRA",
    "optimiser_states": "Estados del optimizador",
    "workspaces": "Espacio de trabajo de cuBLAS",
    "gradients": "Gradientes",
    "checkpointed_residuals": "Entradas de las capas que se recalculan",
    "activations": "Activaciones",
    "logits": "Logits y pérdida",
    "dequantisation_scratch": "Espacio para descomprimir",
    "autocast_copies": "Copias de autocast",
}
_STAGES = {
    "validation": "Validación",
    "base_model": "Modelo base",
    "tokenization": "Tokenización",
    "training": "Entrenamiento",
    "evaluation": "Evaluación",
    "registration": "Registro",
}
_SPEEDS = {
    "gtx-1050-ti": "del límite de una GTX 1050 Ti, no medida",
    "last run": "de la última ejecución",
    "gemm": "de un producto de matrices medido ahora",
}


def print_plan(plan: RunPlan, console: Console) -> None:
    """Print `plan` for a teacher."""
    console.print(Group(_memory(plan), _times(plan), _facts(plan)))


def _memory(plan: RunPlan) -> Table:
    where = "en la tarjeta" if plan.on_card else "en la memoria del equipo"
    table = Table(title=f"Memoria de un paso de entrenamiento, {where} (MiB)")
    table.add_column("Concepto")
    table.add_column("MiB", justify="right")
    for items in (plan.memory.resting, plan.memory.passing):
        for name, size in items.items():
            if size:
                table.add_row(_ITEMS[name], _mib(size))
        table.add_section()
    table.add_row("Ocupada entre pasos", _mib(plan.memory.allocated_bytes))
    table.add_row("Máximo", _mib(plan.memory.peak_bytes), style="bold")
    return table


def _times(plan: RunPlan) -> Table:
    table = Table(title="Tiempo previsto por etapa")
    table.add_column("Etapa")
    table.add_column("Tiempo", justify="right")
    for name, seconds in plan.seconds.items():
        table.add_row(_STAGES[name], _time(seconds))
    table.add_section()
    table.add_row("Total", _time(sum(plan.seconds.values())), style="bold")
    return table


def _facts(plan: RunPlan) -> Table:
    facts = Table.grid(padding=(0, 2))
    shape = plan.shape
    facts.add_row("Parámetros", f"{_billions(shape.parameters)} ({_billions(shape.packed_parameters)} empaquetados)")
    facts.add_row("Capas que se recalculan", f"{plan.recipe.checkpointed} de {shape.layers}")
    if plan.on_card:
        facts.add_row("Máximo si se recalculan todas", f"{_mib(plan.least_peak_bytes)} MiB")
        record = plan.as_json()
        context = _mib(CONTEXT_BYTES)
        facts.add_row(
            "Parte de 4 GiB", f"{100 * record['share_of_card']:.0f} %, con {context} MiB de CUDA (estimación)"
        )
    else:
        facts.add_row("Proceso", "Lo que ocupan Python y sus bibliotecas no se prevé.")
    speed = plan.speed
    facts.add_row("Velocidad", f"{speed['tokens_per_second']:.0f} tokens/s ({_SPEEDS[speed['from']]})")
    if plan.measured:
        facts.add_row(
            "Medido la última vez",
            f"{plan.measured['peak_mib']:.0f} MiB como máximo, {_time(plan.measured['seconds'])} de entrenamiento, "
            f"{plan.measured['useful_tokens_per_second']:.0f} tokens/s",
        )
        if not plan.on_card:
            facts.add_row("", "Sin tarjeta se mide el proceso entero, no solo sus tensores.")
    return facts


def _mib(size: int) -> str:
    return f"{size / MIB:.1f}".replace(".", ",")


def _billions(count: int) -> str:
    return f"{count / 1e6:,.0f} millones".replace(",", " ")


def _time(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h".replace(".", ",")
