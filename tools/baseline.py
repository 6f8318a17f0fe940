"""The zoo's baseline: its largest model, behind an OpenAI-compatible API as a lab would serve it.

The site knows nothing of it but the address, BASELINE_URL; elsewhere no such server is started.
"""

from __future__ import annotations

import sys
from pathlib import Path
from urllib.parse import urlsplit

from tools import install

ZOO = Path(__file__).resolve().parent.parent / "zoo" / "baseline"
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


FLAGS = ["--max-model-len", "1024", "--enforce-eager", "--disable-log-stats"]
ON_CPU = ["--distributed-executor-backend", "uni", "--kv-cache-memory-bytes", str(256 * 2**20)]
ON_GPU = ["--gpu-memory-utilization", "0.1"]
ENVIRONMENT = {
    "DO_NOT_TRACK": "1",
    "HF_HUB_OFFLINE": "1",
    "OMP_NUM_THREADS": "1",
    "TORCH_COMPILE_DISABLE": "1",
    "VLLM_CPU_OMP_THREADS_BIND": "nobind",  # else it binds itself to the first core, as others do
    "VLLM_ENABLE_V1_MULTIPROCESSING": "0",  # lets the engine run the model without a third process
    "VLLM_NO_USAGE_STATS": "1",
}


def command(url: str) -> list[str] | None:
    """Return how to serve it at `url`; None if it is not here or the address is not ours."""
    model = next(ZOO.glob("*/config.json"), None)
    address = urlsplit(url)
    if model is None or address.hostname not in LOOPBACK:
        return None
    return [
        sys.executable, "-m", "vllm.entrypoints.openai.api_server",
        "--model", str(model.parent), "--served-model-name", model.parent.name,
        "--host", "127.0.0.1", "--port", str(address.port), *FLAGS,
        *(ON_GPU if install.has_gpu() else ON_CPU),
    ]  # fmt: skip
