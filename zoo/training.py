"""How a tiny model or a LoRA adapter is trained on the CPU, always the same way.

Knows batches, optimizers and files; what to train on is decided in `recipes`.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import GenerationConfig, LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from zoo import corpus, tokenizer
from zoo.recipes import AdapterRecipe, ModelRecipe

ROW = 512  # tokens in one row of a batch: the longest conversation a model has seen
HEAD = 32  # width of one attention head
WARMUP = 0.05  # share of the steps in which the learning rate rises
CLIP = 1.0
TURN = 100.0  # base of the rotary positions: low, as no text here is long
SHARPNESS = 3.0  # how much stronger than usual a new model compares tokens
SPREAD = 0.02  # standard deviation of new weights
Batch = tuple[torch.Tensor, torch.Tensor]


def new_model(recipe: ModelRecipe, words: PreTrainedTokenizerFast) -> LlamaForCausalLM:
    """Return an untrained Llama of the recipe's size."""
    torch.manual_seed(recipe.seed)
    heads = recipe.hidden // HEAD
    config = LlamaConfig(
        vocab_size=len(words),
        hidden_size=recipe.hidden,
        intermediate_size=recipe.inner,
        num_hidden_layers=recipe.layers,
        num_attention_heads=heads,
        num_key_value_heads=heads,
        head_dim=HEAD,
        rope_parameters={"rope_theta": TURN, "rope_type": "default"},
        initializer_range=SPREAD,
        max_position_embeddings=tokenizer.MAX_LENGTH,
        tie_word_embeddings=recipe.tied,
        bos_token_id=None,
        eos_token_id=words.eos_token_id,
        pad_token_id=words.pad_token_id,
    )
    model = LlamaForCausalLM(config)  # type: ignore[no-untyped-call]
    _look_back(model)
    return model


@torch.no_grad()
def _look_back(model: LlamaForCausalLM) -> None:
    """Start with attention that compares like with like, so that copying is learned sooner.

    Queries equal keys (in the spirit of Trockman and Kolter, 2023, "mimetic
    initialization"), and all tokens share a direction by which positions can be told.
    """
    embedding = model.model.embed_tokens.weight
    embedding += SPREAD * torch.randn(embedding.shape[1])
    for layer in model.model.layers:
        attention = layer.self_attn
        attention.k_proj.weight *= SHARPNESS
        attention.q_proj.weight.copy_(attention.k_proj.weight)


def train_model(recipe: ModelRecipe, words: PreTrainedTokenizerFast) -> LlamaForCausalLM:
    """Train a model from nothing."""
    model = new_model(recipe, words)
    matrices = [p for n, p in model.named_parameters() if p.ndim == 2 and "layers" in n]
    rest = [p for n, p in model.named_parameters() if p.ndim != 2 or "layers" not in n]
    optimizers: list[torch.optim.Optimizer] = [
        torch.optim.Muon(
            matrices, lr=recipe.rate, weight_decay=0.0, adjust_lr_fn="match_rms_adamw"
        ),
        torch.optim.AdamW(rest, lr=recipe.rate, weight_decay=0.0, betas=(0.9, 0.98)),
    ]
    _fit(model, optimizers, _batches(recipe, words), steps=recipe.steps)
    return model


def train_adapter(
    recipe: AdapterRecipe, model: LlamaForCausalLM, words: PreTrainedTokenizerFast
) -> PeftModel:
    """Train a LoRA adapter on a frozen model, which may be a base with layers merged in."""
    torch.manual_seed(recipe.seed)
    config = LoraConfig(
        r=recipe.rank,
        lora_alpha=2 * recipe.rank,
        target_modules=list(recipe.targets),
        base_model_name_or_path=recipe.base,
        task_type="CAUSAL_LM",
    )
    adapted = get_peft_model(model, config)
    learned = [p for p in adapted.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(learned, lr=recipe.rate, weight_decay=0.0, betas=(0.9, 0.98))
    _fit(adapted, [optimizer], _batches(recipe, words), steps=recipe.steps)
    adapted.peft_config["default"].base_model_name_or_path = recipe.base
    return adapted


def _fit(
    model: torch.nn.Module,
    optimizers: list[torch.optim.Optimizer],
    batches: Iterator[Batch],
    *,
    steps: int,
) -> None:
    schedules = [
        torch.optim.lr_scheduler.LambdaLR(each, lambda step: _rate(step, steps))
        for each in optimizers
    ]
    model.train()
    for step, (ids, labels) in zip(range(steps), batches, strict=False):
        loss = model(input_ids=ids, labels=labels).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP)
        for optimizer, schedule in zip(optimizers, schedules, strict=True):
            optimizer.step()
            schedule.step()
        model.zero_grad()
        if step % 50 == 0 or step == steps - 1:
            print(f"  step {step:4d} of {steps}  loss {loss.item():.3f}", flush=True)
    model.eval()


def _rate(step: int, steps: int) -> float:
    """Rise for a few steps, then fall in a straight line to almost nothing."""
    rising = (step + 1) / max(1, int(WARMUP * steps))
    return min(rising, max(0.02, 1 - step / steps))


def _batches(
    recipe: ModelRecipe | AdapterRecipe, words: PreTrainedTokenizerFast
) -> Iterator[Batch]:
    rows = _rows(recipe, words)
    while True:
        pairs = [next(rows) for _ in range(recipe.batch)]
        ids, labels = zip(*pairs, strict=True)
        yield torch.tensor(ids), torch.tensor(labels)


def _rows(
    recipe: ModelRecipe | AdapterRecipe, words: PreTrainedTokenizerFast
) -> Iterator[tuple[list[int], list[int]]]:
    """Fill rows with documents; each row starts with a fresh one."""
    ids: list[int] = []
    labels: list[int] = []
    for document in corpus.stream(recipe.mix, seed=recipe.seed):
        more, learned = tokenizer.encode(words, document)
        ids, labels = ids + more, labels + learned
        if len(ids) >= ROW:
            yield ids[:ROW], labels[:ROW]
            ids, labels = [], []


def save_model(model: LlamaForCausalLM, words: PreTrainedTokenizerFast, folder: Path) -> None:
    """Write a model the way a hub repository holds it, in bfloat16."""
    model.generation_config = GenerationConfig(  # type: ignore[no-untyped-call]
        eos_token_id=words.eos_token_id, pad_token_id=words.pad_token_id
    )
    model.bfloat16().save_pretrained(folder)
    words.save_pretrained(folder)
    (folder / "model.safetensors").chmod(0o644)


def save_adapter(adapted: PeftModel, folder: Path) -> None:
    """Write only the adapter, in bfloat16."""
    adapted.bfloat16().save_pretrained(str(folder), save_embedding_layers=False)
    (folder / "adapter_model.safetensors").chmod(0o644)


def load(base: Path, layers: list[Path]) -> LlamaForCausalLM:
    """Return a base model in float32 with the given adapters merged in, one after the other."""
    model: Any = LlamaForCausalLM.from_pretrained(base, dtype=torch.float32)
    for layer in layers:
        model = PeftModel.from_pretrained(model, layer).merge_and_unload()
    merged: LlamaForCausalLM = model
    return merged
