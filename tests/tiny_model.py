"""A tiny random Phi with a real tokenizer, for tests and for trials that anyone can run."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from tutor.exercises import exercises

EOS = "<|endoftext|>"


def write_tiny_phi(folder: Path) -> None:
    """Write an unquantised Phi with random weights (2 layers of width 64) and a tokenizer that fits to `folder`."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PhiConfig, PhiForCausalLM, PreTrainedTokenizerFast

    backend = Tokenizer(models.BPE())
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=600,
        special_tokens=[EOS],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    texts = [f"Instruct: {e.question}\nOutput: {e.solution}\nRespuesta: {e.answer}" for e in islice(exercises(3), 400)]
    backend.train_from_iterator(texts, trainer)
    PreTrainedTokenizerFast(tokenizer_object=backend, eos_token=EOS, bos_token=EOS).save_pretrained(folder)

    torch.manual_seed(0)
    settings = PhiConfig(
        vocab_size=640,
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=512,
        bos_token_id=0,
        eos_token_id=0,
        resid_pdrop=0.0,
    )
    PhiForCausalLM(settings).save_pretrained(folder)
