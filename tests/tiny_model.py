"""A tiny random Phi and a tiny random Llama with real tokenizers, for tests and for trials that anyone can run."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Any

from tutor.exercises import exercises

EOS = "<|endoftext|>"


def write_tiny_phi(folder: Path) -> None:
    """Write an unquantised Phi with random weights (2 layers of width 64) and a tokenizer that fits to `folder`."""
    import torch
    from tokenizers import pre_tokenizers
    from transformers import PhiConfig, PhiForCausalLM

    write_tiny_tokenizer(folder, pre_tokenizers.ByteLevel(add_prefix_space=False))
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


def write_tiny_llama(folder: Path) -> None:
    """Write the like of it as a Llama in SmolLM2's manner to `folder`: digits apart, one embedding, shared keys."""
    import torch
    from tokenizers import pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM

    digits, letters = pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)
    write_tiny_tokenizer(folder, pre_tokenizers.Sequence([digits, letters]))
    torch.manual_seed(0)
    settings = LlamaConfig(
        vocab_size=640,
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=512,
        rms_norm_eps=1e-3,
        rope_parameters={"rope_type": "default", "rope_theta": 500.0},
        bos_token_id=0,
        eos_token_id=0,
        tie_word_embeddings=True,
    )
    LlamaForCausalLM(settings).save_pretrained(folder)


def write_tiny_tokenizer(folder: Path, cut: Any) -> None:
    """Write a tokenizer of 600 tokens to `folder` that cuts texts into words by `cut`."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    backend = Tokenizer(models.BPE())
    backend.pre_tokenizer = cut
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
