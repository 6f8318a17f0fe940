"""Every code has a cause and a next step."""

import pytest

from workers.engines import faults
from workers.engines.faults import Code, PlatformFault, UserFault


class TestCodes:
    def test_are_all_explained(self) -> None:
        assert set(faults.EXPLANATIONS) == set(Code)
        for explanation in faults.EXPLANATIONS.values():
            assert explanation.cause.endswith(".")
            assert explanation.next_step.endswith(".")


class TestFault:
    def test_speaks_the_codes_own_sentence_unless_given_one(self) -> None:
        assert PlatformFault(Code.DISK_FULL).sentence == "The machine's disk is full."
        assert PlatformFault(Code.DISK_FULL, "No room.").sentence == "No room."

    def test_tells_whether_to_try_again(self) -> None:
        assert PlatformFault(Code.ENGINE_LOST).is_retryable
        assert not UserFault(Code.GATED).is_retryable

    def test_refuses_a_code_that_is_not_on_the_list(self) -> None:
        with pytest.raises(ValueError, match="UNHEARD_OF"):
            PlatformFault("UNHEARD_OF")


class TestFaultOf:
    def test_knows_whose_fault_it_is(self) -> None:
        assert isinstance(faults.fault_of("GATED"), UserFault)
        assert isinstance(faults.fault_of("ENGINE_LOST"), PlatformFault)

    def test_takes_an_unknown_code_for_a_crash(self) -> None:
        assert faults.fault_of("UNHEARD_OF").code == Code.HARNESS_CRASHED
