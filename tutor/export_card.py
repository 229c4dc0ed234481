"""What goes with an exported tutor: a model card, its facts as JSON, and the file that Ollama makes a model from."""

from __future__ import annotations

import json
from pathlib import Path

from tutor.adapter import Origin
from tutor.prompt import prompt

# The last message alone, for the tutor answers single questions. Ollama's templates are Go's.
_OLLAMA_PROMPT = (
    "{{- range $i, $_ := .Messages }}{{- if eq (len (slice $.Messages $i)) 1 }}"
    f"{prompt('{{ .Content }}')}"
    "{{- end }}{{- end }}"
)


def write_card(folder: Path, origin: Origin, model: str, adapter_sha256: str, stored: str, checked: str) -> None:
    """Write the model card: what this is, what is missing from it, how it is asked, and how it was `checked`.

    `model` names the tutor in words that hold elsewhere and later: no alias, no path. `stored` says how the weights are
    kept, such as 'float16 safetensors'.
    """
    revision = origin.model.revision
    files = sorted(folder.glob("*.gguf"))
    text = f"""---
language: es
library_name: {"gguf" if files else "transformers"}
pipeline_tag: text-generation
---
# {model}

A Spanish maths tutor: `{origin.model.source}` at revision `{revision}`, its NF4 weights dequantised and the LoRA
adapter merged in, stored as {stored}. SHA-256 of the adapter: `{adapter_sha256}`. Dataset digest of the training:
`{origin.dataset_digest}`.

**The calculator is not part of it.** In `tutor ask`, `tutor serve` and every examination the results of equations are
put in by exact arithmetic while the answer arises. Here the model writes them itself, and errs more: expect
`accuracy_unaided` of the registered version, not its `accuracy`.

Ask it with exactly this prompt (the tokenizer's chat template writes it), no special tokens added, greedily:

```
{prompt("{question}")}
```
{"".join(_how_to_run(file, origin) for file in files)}
It answers single questions and does not read earlier messages.

Checked when it was written: {checked}
"""
    (folder / "README.md").write_text(text, encoding="utf-8")
    facts = {"model": model, "adapter_sha256": adapter_sha256, "base": origin.model.source, "revision": revision}
    facts |= {"dataset_digest": origin.dataset_digest}
    (folder / "tutor.json").write_text(json.dumps(facts, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _how_to_run(file: Path, origin: Origin) -> str:
    asked = prompt("¿Cuánto es 7 × 8?").replace("\n", "\\n")
    return f"""
With llama.cpp, in this folder:

```
llama-completion -m {file.name} -no-cnv --temp 0 -n {origin.max_new_tokens} -p $'{asked}'
llama-server -m {file.name} --jinja --temp 0
```

With Ollama, which takes the prompt from `Modelfile`:

```
ollama create tutor -f Modelfile
ollama run tutor '¿Cuánto es 7 × 8?'
```
"""


def write_modelfile(folder: Path, file: Path, origin: Origin) -> None:
    """Write `folder/Modelfile`, from which `ollama create` makes a model that is asked greedily with our prompt."""
    text = f'''FROM ./{file.name}
TEMPLATE """{_OLLAMA_PROMPT}"""
PARAMETER temperature 0
PARAMETER repeat_penalty 1
PARAMETER num_predict {origin.max_new_tokens}
'''
    (folder / "Modelfile").write_text(text, encoding="utf-8")
