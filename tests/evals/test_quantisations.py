"""Quantised variants: read from the config, linked to the model they were made from."""

from pathlib import Path
from typing import Any

import pytest

from evals import quantisations, submissions
from evals.models import Suite
from evals.problems import Refused
from evals.submissions import Order
from tests.conftest import NOON
from tests.evals import trees
from tests.evals.orders import DIRECTORY, codes

AWQ = {"quantization_config": {"quant_method": "awq", "bits": 4}}
VARIANT = Order(kind="MODEL", source="DIRECTORY", locator="models/small", variant_of_slug="heron")


class TestOf:
    @pytest.mark.parametrize(
        ("told", "expected"),
        [
            ({"quant_method": "awq", "bits": 4}, "AWQ 4-bit"),
            ({"quant_method": "gptq", "bits": 8}, "GPTQ 8-bit"),
            ({"quant_method": "bitsandbytes", "load_in_4bit": True}, "bitsandbytes 4-bit"),
            (
                {
                    "quant_method": "compressed-tensors",
                    "config_groups": {"group_0": {"weights": {"num_bits": 8}}},
                },
                "compressed-tensors 8-bit",
            ),
            ({"quant_method": "fp8"}, "FP8 8-bit"),
        ],
        ids=lambda each: each if isinstance(each, str) else each["quant_method"],
    )
    def test_says_method_and_bits(self, told: dict[str, Any], expected: str) -> None:
        assert quantisations.of({"quantization_config": told}) == expected

    def test_says_nothing_of_weights_as_they_were_trained(self) -> None:
        assert quantisations.of({}) == ""

    def test_refuses_a_method_that_is_not_served(self) -> None:
        with pytest.raises(Refused, match="aqlm"):
            quantisations.of({"quantization_config": {"quant_method": "aqlm"}})


@pytest.mark.django_db
class TestVariant:
    def test_is_linked_to_its_original_and_has_its_parameters(
        self, root: Path, suite: Suite
    ) -> None:
        trees.write(root / "models/small", trees.model_files(**AWQ))
        heron = self.submit(DIRECTORY).contender

        small = self.submit(VARIANT).contender

        assert (small.variant_of, small.quantisation) == (heron, "AWQ 4-bit")
        assert small.parameters == trees.PARAMETERS

    @pytest.mark.parametrize(
        ("config", "slug", "code"),
        [({}, "heron", "NOT_QUANTISED"), (AWQ, "crow", "ORIGINAL_UNKNOWN")],
    )
    def test_is_refused(
        self, root: Path, suite: Suite, config: dict[str, Any], slug: str, code: str
    ) -> None:
        trees.write(root / "models/small", trees.model_files(**config) | {"x.txt": b"1"})
        self.submit(DIRECTORY)

        with pytest.raises(Refused) as refused:
            self.submit(Order(**{**_fields(VARIANT), "variant_of_slug": slug}))

        assert codes(refused.value) == {code}

    def submit(self, order: Order) -> Any:
        return submissions.submit(
            order=order, submitter=None, submitter_key="ada", now=NOON
        ).submission


def _fields(order: Order) -> dict[str, Any]:
    return {name: getattr(order, name) for name in Order.__slots__}
