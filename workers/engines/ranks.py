"""The LoRA ranks that vLLM serves."""

from workers.engines.faults import Code, UserFault

ALLOWED = (1, 8, 16, 32, 64, 128, 256, 320, 512)  # of --max-lora-rank


def padded_rank(rank: int) -> int:
    """Return the smallest rank served that holds this one, or raise RANK_TOO_HIGH."""
    for allowed in ALLOWED:
        if rank <= allowed:
            return allowed
    raise UserFault(Code.RANK_TOO_HIGH, f"The stack's rank is {rank}; {ALLOWED[-1]} is the most.")
