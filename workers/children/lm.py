"""lm-eval's language model, answered by a vLLM server.

Tokenisation and truncation are those of lm-eval's `hf` backend, so are the results; only the
number of requests differs. Prompts travel as token ids, never as text.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import jinja2
from lm_eval import utils
from lm_eval.api.instance import Instance
from lm_eval.api.model import TemplateLM
from lm_eval.models.utils import (
    handle_stop_sequences,
    has_bos_prefix,
    normalize_gen_kwargs,
    postprocess_generated_text,
    resolve_max_length,
)
from transformers import AutoConfig, AutoTokenizer

from workers.children import grouping
from workers.children.asking import Server
from workers.children.bounded import TooMuch, bounded_call
from workers.children.flight import Progress, Stopped, never
from workers.children.remembering import Memory
from workers.children.replies import Completion
from workers.children.spent import Spent
from workers.engines.faults import Code, UserFault
from workers.engines.orders import Target

KEPT_GENERATION_ARGUMENTS = ("temperature", "top_p", "top_k", "min_p", "repetition_penalty")
DEFAULT_MAX_GEN_TOKENS = 256  # lm-eval's `hf` backend
ENCODINGS_KEPT = 20_000

_encoding = threading.Lock()  # a tokenizer serves one thread at a time


@lru_cache(maxsize=8)
def load_tokenizer(directory: str) -> Any:
    """Return the tokenizer of a directory; its own code is never run."""
    try:
        return AutoTokenizer.from_pretrained(
            directory, local_files_only=True, trust_remote_code=False
        )
    except (OSError, ValueError) as error:
        raise UserFault(Code.BAD_CONFIG, "The tokenizer cannot be loaded.") from error


@lru_cache(maxsize=8)
def load_encoder(directory: str) -> Callable[[str, bool | None], tuple[int, ...]]:
    """Return what encodes as the `hf` backend does: the tokenizer's own rule, but never two BOS.

    Contenders of one base are asked the same texts, so encodings outlive a contender.
    """
    tokenizer = load_tokenizer(directory)
    bos = tokenizer.bos_token_id
    prefix = tokenizer.decode(tokenizer.eos_token_id if bos is None else bos)

    @lru_cache(maxsize=ENCODINGS_KEPT)
    def encode(text: str, add_special_tokens: bool | None) -> tuple[int, ...]:
        if add_special_tokens is None and has_bos_prefix(text, prefix):
            add_special_tokens = False
        options = {} if add_special_tokens is None else {"add_special_tokens": add_special_tokens}
        with _encoding:
            return tuple(tokenizer.encode(text, **options))

    return encode


def context_length(directory: str, tokenizer: Any) -> int:
    """Return the longest sequence that a model was made for, as lm-eval reads it."""
    config = None
    if (Path(directory) / "config.json").exists():
        config = AutoConfig.from_pretrained(directory, local_files_only=True)
    return int(resolve_max_length(config, tokenizer))


class ServedLM(TemplateLM):  # type: ignore[misc]  # lm-eval ships no types
    """A contender on a vLLM server."""

    def __init__(
        self,
        target: Target,
        *,
        on_progress: Progress,
        seed: int = 1234,
        max_gen_tokens: int | None = None,
        memory: Memory | None = None,
        is_stopped: Stopped = never,
    ) -> None:
        super().__init__()
        self.server = Server(
            url=target.url,
            served_name=target.served_name,
            api_key=os.environ.get(target.api_key_variable, "") if target.api_key_variable else "",
            priority=target.priority,
            concurrency=target.concurrency or 16,
            memory=memory or Memory(),
            is_stopped=is_stopped,
        )
        self.tokenizer = load_tokenizer(target.tokenizer_dir)
        made_for = context_length(target.tokenizer_dir, self.tokenizer)
        self.context_length = min(made_for, self.server.max_model_len() or made_for)
        self._on_progress = on_progress
        self._seed = seed
        self._max_gen_tokens = max_gen_tokens
        self._encode = load_encoder(target.tokenizer_dir)

    @property
    def spent(self) -> Spent:
        """Return what the answers took."""
        return self.server.spent

    @property
    def eot_token_id(self) -> int:
        """Return the token that ends a text."""
        return int(self.tokenizer.eos_token_id)

    @property
    def prefix_token_id(self) -> int:
        """Return the token that stands before a text without context."""
        bos = self.tokenizer.bos_token_id
        return self.eot_token_id if bos is None else int(bos)

    @property
    def max_length(self) -> int:
        """Return the scoring window: vLLM keeps a place for the token that it must generate."""
        return self.context_length - 2

    @property
    def tokenizer_name(self) -> str:
        """Return what tells request caches of different tokenizers apart."""
        return str(self.tokenizer.name_or_path).replace("/", "__")

    def tok_encode(
        self, string: str, add_special_tokens: bool | None = None, **_: Any
    ) -> list[int]:
        """Encode as the `hf` backend does: the tokenizer's own rule, but never two BOS."""
        return list(self._encode(string, add_special_tokens))

    def _loglikelihood_tokens(
        self, requests: list[tuple[Any, list[int], list[int]]], **_: Any
    ) -> list[tuple[float, bool]]:
        pairs = [self._pair(context, continuation) for _, context, continuation in requests]
        answers = self.server.answer(grouping.plan(pairs), self._on_progress)
        return [answers.score(pair) for pair in pairs]

    def _pair(self, context: list[int], continuation: list[int]) -> grouping.Pair:
        if not continuation or len(continuation) > self.max_length:
            raise UserFault(Code.CONTEXT_TOO_SHORT)
        return grouping.fit(context, continuation, max_length=self.max_length)

    def loglikelihood_rolling(
        self, requests: list[Instance], disable_tqdm: bool = False
    ) -> list[float]:
        """Return the log-probability of whole texts, window by window."""
        del disable_tqdm
        windows: list[tuple[Any, list[int], list[int]]] = []
        owners: list[int] = []
        for owner, (text,) in enumerate(request.args for request in requests):
            for window in self._windows(text):
                windows.append((None, *window))
                owners.append(owner)
        totals = [0.0] * len(requests)
        for owner, (logprob, _) in zip(owners, self._loglikelihood_tokens(windows), strict=True):
            totals[owner] += logprob
        return totals

    def _windows(self, text: str) -> list[tuple[list[int], list[int]]]:
        windows = utils.get_rolling_token_windows(
            token_list=self.tok_encode(text),
            prefix_token=self.prefix_token_id,
            max_seq_len=self.max_length,
            context_len=1,
        )
        return [utils.make_disjoint_window(window) for window in windows]

    def generate_until(self, requests: list[Instance], disable_tqdm: bool = False) -> list[str]:
        """Return what the model writes after each prompt, up to a stop string."""
        del disable_tqdm
        settings = [self._generation(dict(request.args[1])) for request in requests]
        bodies = [
            {**body, "prompt": self._prompt(request.args[0], body["max_tokens"]), "seed": seed}
            for seed, (request, (body, _)) in enumerate(
                zip(requests, settings, strict=True), start=self._seed
            )
        ]
        completions = self.server.complete(bodies, self._on_progress)
        return [
            self._text(completion, until)
            for completion, (_, until) in zip(completions, settings, strict=True)
        ]

    def _generation(self, arguments: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
        known = normalize_gen_kwargs(arguments, DEFAULT_MAX_GEN_TOKENS)
        end = self.tokenizer.decode(self.eot_token_id, skip_special_tokens=False)
        until = handle_stop_sequences(known.pop("until", None), eos=end)
        body = {name: known[name] for name in KEPT_GENERATION_ARGUMENTS if name in known}
        body["max_tokens"] = min(known["max_gen_toks"], self._max_gen_tokens or 10**9)
        body["stop"] = [stop for stop in until if stop]
        return body, until

    def _prompt(self, text: str, max_tokens: int) -> list[int]:
        room = self.context_length - max_tokens
        if room < 1:
            raise UserFault(
                Code.CONTEXT_TOO_SHORT,
                f"The benchmark writes up to {max_tokens} tokens, the whole context of this model"
                f" is {self.context_length}.",
            )
        return self.tok_encode(text)[-room:]

    def _text(self, completion: Completion, until: list[str]) -> str:
        """Decode as the `hf` backend does, and cut at the first stop string."""
        text = completion.text
        if completion.tokens is not None:
            text = self.tokenizer.decode(completion.tokens, skip_special_tokens=True)
        return str(postprocess_generated_text(text, stop=until, think_end_token=None))

    def apply_chat_template(
        self, chat_history: list[dict[str, str]], add_generation_prompt: bool = True
    ) -> str:
        """Return the conversation as the model's own template writes it (in Jinja's sandbox)."""
        try:
            return self._templated(chat_history, add_generation_prompt)
        except jinja2.TemplateError:  # some templates know no system role
            turns = [turn for turn in chat_history if turn["role"] != "system"]
            return self._templated(turns, add_generation_prompt)

    def _templated(self, turns: list[dict[str, str]], add_generation_prompt: bool) -> str:
        write: Callable[..., str] = self.tokenizer.apply_chat_template
        try:
            return bounded_call(
                lambda: write(
                    turns,
                    tokenize=False,
                    add_generation_prompt=add_generation_prompt,
                    continue_final_message=not add_generation_prompt,
                )
            )
        except TooMuch as error:
            raise UserFault(Code.BAD_CONFIG, f"The chat template was stopped: {error}.") from error
        except ValueError as error:
            raise UserFault(Code.BAD_CONFIG, "The tokenizer has no chat template.") from error
