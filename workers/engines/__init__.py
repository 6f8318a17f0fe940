"""Doors to outside programs: vLLM, lm-eval and OpenAI-compatible APIs.

Frozen values go in and out; foreign dictionaries and exceptions stop here.
Nothing here imports Django, torch, vLLM or lm-eval: those run as child processes.
"""
