"""Programs that run as processes of their own, started by `workers.engines`.

Only these import torch, vLLM, lm-eval, transformers and peft.
"""
