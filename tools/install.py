"""Install what the project needs into .venv, exactly as the lock files pin it.

uv goes into .tools (a plain `pip install --target` works on Debian's managed Python too), makes
the environment and fills it. A stamp tells which locks it holds, so the next start skips all of
it; an interrupted installation has no stamp and is simply continued.

    python3 -m tools.install          what the site needs
    python3 -m tools.install --dev    and what tests and checks need
"""

from __future__ import annotations

import argparse
import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tools import children, numa
from tools.steps import DONE, FAILED, Refused, say, step

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
UV_DIR = ROOT / ".tools"
UV = UV_DIR / "bin" / "uv"
UV_VERSION = "0.13.9"
STAMP = VENV / "installed.txt"
NEEDED_BYTES = 6_000_000_000  # the CPU build; a GPU's needs about twice as much
PYTHON_VERSION = "3.11"
LOG = Path(os.environ.get("VAR_DIR") or ROOT / "var") / "logs" / "install.log"

HINTS = [
    (r"Temporary failure in name resolution|dns error|Failed to fetch|error sending request",
     "The package registry cannot be reached: check the network and pip's settings."),
    (r"No space left on device", "The disk is full: free about 6 GB and start again."),
    (r"No module named pip", "pip is missing: apt install python3-pip"),
    (r"No interpreter found|No download found",
     f"Python {PYTHON_VERSION} is needed: apt install python{PYTHON_VERSION}"),
]  # fmt: skip


def has_gpu() -> bool:
    """Tell whether this machine has an NVIDIA GPU that its driver shows, or BUILD says so."""
    if os.environ.get("BUILD"):
        return os.environ["BUILD"] == "gpu"
    return Path("/dev/nvidia0").exists() or shutil.which("nvidia-smi") is not None


def locks(*, dev: bool) -> list[Path]:
    """Return the lock files that this machine installs."""
    chosen = [ROOT / ("requirements.txt" if has_gpu() else "requirements-cpu.txt")]
    return [*chosen, ROOT / "requirements-dev.txt"] if dev else chosen


def fingerprint(files: list[Path]) -> str:
    """Return what the stamp says once these locks are installed."""
    digest = hashlib.sha256(f"uv {UV_VERSION}".encode())
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def is_installed(*, dev: bool) -> bool:
    """Tell whether .venv holds exactly what the locks say; with the rest for tests is enough."""
    if not (STAMP.exists() and PYTHON.exists()):
        return False
    wanted = {fingerprint(locks(dev=True))}
    if not dev:
        wanted.add(fingerprint(locks(dev=False)))
    return STAMP.read_text().strip() in wanted


def pip_settings() -> dict[str, str]:
    """Return what pip was told by its files and its environment, by the names of its options."""
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    ).stdout
    return dict(re.findall(r"^\S+?\.([\w-]+)='(.*)'$", listed, re.MULTILINE))


def uv_environment() -> dict[str, str]:
    """Return what uv shall see: pip's own settings, under uv's names."""
    env, settings = dict(os.environ), pip_settings()
    for option, name in [("index-url", "UV_DEFAULT_INDEX"), ("extra-index-url", "UV_INDEX"),
                         ("find-links", "UV_FIND_LINKS"), ("cert", "SSL_CERT_FILE")]:  # fmt: skip
        if settings.get(option):
            env.setdefault(name, settings[option])
    env.setdefault("UV_INDEX_STRATEGY", "unsafe-best-match")  # as pip does; every version is pinned
    env.setdefault("UV_HTTP_TIMEOUT", "180")
    return env


def _has_torch_beside(env: dict[str, str]) -> bool:
    """Tell whether a directory that pip knows holds the CPU build of torch."""
    places = re.split(r"[\s,]+", env.get("UV_FIND_LINKS", ""))
    return any(any(Path(place).glob("torch-*+cpu-*.whl")) for place in places if place)


def install_uv() -> None:
    """Put uv into .tools, unless it is there."""
    if UV.exists() and any(UV_DIR.glob(f"uv-{UV_VERSION}.dist-info")):
        return
    with step(f"Fetching the installer (uv {UV_VERSION})") as line:
        shutil.rmtree(UV_DIR, ignore_errors=True)
        children.run(
            [sys.executable, "-m", "pip", "install", "--quiet", "--target", UV_DIR,
             f"uv=={UV_VERSION}"],
            log=LOG,
        )  # fmt: skip
        line.done = f"Fetched the installer (uv {UV_VERSION})"


def _make_environment(env: dict[str, str]) -> None:
    if PYTHON.exists() and (VENV / "pyvenv.cfg").exists():
        return
    children.run(
        [UV, "venv", "--quiet", "--allow-existing", "--python", PYTHON_VERSION, VENV],
        log=LOG, env=env,
    )  # fmt: skip


def _install_packages(files: list[Path], env: dict[str, str]) -> None:
    count = sum(len(re.findall(r"^[\w.-]+==", file.read_text(), re.MULTILINE)) for file in files)
    build = "GPU" if has_gpu() else "CPU"
    with step(f"Installing {count} packages ({build} build) into .venv") as line:
        command: list[str | Path] = [
            UV,
            "pip",
            "install",
            "--quiet",
            "--no-deps",
            "--python",
            PYTHON,
        ]
        for file in files:
            command += ["-r", file]
        if not (has_gpu() or _has_torch_beside(env)):
            command += ["--torch-backend", "cpu"]
        children.run(command, log=LOG, env=env)
        line.done = f"Installed {count} packages ({build} build)"


def _provide_libnuma() -> None:
    if has_gpu() or not numa.is_missing():
        return
    if platform.machine() not in numa.MACHINES:
        raise Refused("vLLM needs libnuma: apt install libnuma1")
    numa.install(next(VENV.glob("lib/python*/site-packages")))
    say(DONE, "Put a stand-in for libnuma into .venv (the real one: apt install libnuma1)")


def _check_machine() -> None:
    if sys.platform != "linux":
        raise Refused("vLLM runs on Linux: use a Linux machine, or the containers of compose.yaml.")
    if not STAMP.exists() and (free := shutil.disk_usage(ROOT).free) < NEEDED_BYTES // 2:
        raise Refused(f"The disk has {free / 1e9:.1f} GB free; the packages need about 6 GB.")


def install(*, dev: bool = False) -> None:
    """Bring .venv to what the locks say."""
    if is_installed(dev=dev):
        return
    _check_machine()
    files, env = locks(dev=dev), uv_environment()
    try:
        install_uv()
        _make_environment(env)
        STAMP.unlink(missing_ok=True)
        _install_packages(files, env)
        _provide_libnuma()
    except Refused as refusal:
        raise Refused(explained(str(refusal))) from refusal
    STAMP.write_text(fingerprint(files))


def explained(text: str) -> str:
    """Put the likely cause before what the installer said."""
    causes = [hint for pattern, hint in HINTS if re.search(pattern, text)]
    return "\n".join([*causes[:1], text])


def browser() -> str | None:
    """Return the system's Chromium, if it has one."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


def install_browser() -> None:
    """Fetch a Chromium for the tests, from Debian as root, else Playwright's own."""
    if browser():
        return
    with step("Installing Chromium for the tests") as line:
        if os.geteuid() == 0 and shutil.which("apt-get"):
            env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
            children.run(["apt-get", "-qq", "update"], log=LOG, env=env)
            children.run(["apt-get", "-qq", "install", "-y", "chromium"], log=LOG, env=env)
        else:
            children.run([PYTHON, "-m", "playwright", "install", "chromium"], log=LOG)
        line.done = "Installed Chromium for the tests"


def main() -> int:
    """Install, as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--dev", action="store_true", help="also what tests and checks need")
    parser.add_argument("--browser", action="store_true", help="also a Chromium for the tests")
    chosen = parser.parse_args()
    children.heed_signals()
    try:
        install(dev=chosen.dev)
        if chosen.browser:
            install_browser()
    except Refused as refusal:
        say(FAILED, str(refusal))
        return 1
    except children.Stopped:
        say(FAILED, "Stopped before the installation was complete: start it again to go on.")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
