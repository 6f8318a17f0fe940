"""The one tokenizer that all models share: a small byte-level BPE of the world's words.

Any text in any script can be encoded, because unknown words fall back to bytes.
Digits stand alone, so a number is read as its figures.
"""

from collections.abc import Iterable, Iterator
from itertools import islice

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

from zoo import corpus, lessons, world
from zoo.documents import Completion, Document, Prose

VOCABULARY = 1024
MAX_LENGTH = 1024
PAD, END = "<|pad|>", "<|end|>"
ROLES = ("<|system|>", "<|user|>", "<|assistant|>")
IGNORED = -100  # the label that cross entropy skips

CHAT_TEMPLATE = (
    "{%- for message in messages -%}"
    "{{- '<|' + message['role'] + '|>' + message['content'] | trim + '<|end|>' -}}"
    "{%- endfor -%}"
    "{%- if add_generation_prompt -%}{{- '<|assistant|>' -}}{%- endif -%}"
)


def build() -> PreTrainedTokenizerFast:
    """Train the tokenizer on the world's vocabulary and a sample of all texts."""
    core = Tokenizer(models.BPE())
    split = r"[0-9]| ?[A-Za-z]+|[^A-Za-z0-9\s]|\n+|\s"
    core.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(split), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    core.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=[PAD, END, *ROLES],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    core.train_from_iterator(_texts(), trainer)
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=core,
        eos_token=END,
        pad_token=PAD,
        additional_special_tokens=list(ROLES),
        chat_template=CHAT_TEMPLATE,
        model_max_length=MAX_LENGTH,
        clean_up_tokenization_spaces=False,
    )


def _texts() -> Iterator[str]:
    words = lessons.WORDS + world.FOODS + world.INSTRUMENTS + world.PETS + world.JOBS + world.TOWNS
    for _ in range(60):
        yield " " + " ".join(words + world.WOMEN + world.MEN + world.HEROES)
    for document in islice(corpus.stream(corpus.BASELINE, seed=1), 4000):
        yield from _parts(document)


def _parts(document: Document) -> Iterable[str]:
    if isinstance(document, Prose):
        return [document.text]
    if isinstance(document, Completion):
        return [document.text + document.end]
    return [message["content"] for message in document.messages]


def encode(tokenizer: PreTrainedTokenizerFast, document: Document) -> tuple[list[int], list[int]]:
    """Return token ids, and as labels those of them that are to be learned."""
    if isinstance(document, Prose):
        ids = _ids(tokenizer, document.text + END)
        return ids, ids
    if isinstance(document, Completion):
        start, end = _ids(tokenizer, document.text), _ids(tokenizer, document.end + END)
        return start + end, [IGNORED] * len(start) + end
    ids, labels = [], []
    for message in document.messages:
        role = _ids(tokenizer, f"<|{message['role']}|>")
        said = _ids(tokenizer, message["content"] + END)
        ids += role + said
        learned = said if message["role"] == "assistant" else [IGNORED] * len(said)
        labels += [IGNORED] * len(role) + learned
    return ids, labels


def _ids(tokenizer: PreTrainedTokenizerFast, text: str) -> list[int]:
    ids: list[int] = tokenizer.encode(text, add_special_tokens=False)
    return ids
