"""Profiles and settings."""

import pytest

from tutor.config import RetrainConfig, load_config, profile_names
from tutor.errors import UsageError


@pytest.mark.parametrize("profile", profile_names())
def test_every_shipped_profile_loads(profile: str) -> None:
    assert isinstance(load_config(profile), RetrainConfig)


def test_both_promised_profiles_are_shipped() -> None:
    assert profile_names() == ["cpu", "gtx-1050-ti"]


def test_the_card_computes_in_float32_and_trains_the_pinned_phi_2() -> None:
    model = load_config("gtx-1050-ti").model
    assert (model.source, model.compute_dtype, len(model.revision)) == ("microsoft/phi-2", "float32", 40)


def test_assignments_win_over_the_profile() -> None:
    config = load_config("cpu", ["training.epochs=3", "model.folder=", "data.max_bad_share=0.1"])
    assert (config.training.epochs, config.model.folder, config.data.max_bad_share) == (3, None, 0.1)


@pytest.mark.parametrize(
    ("assignment", "said"),
    [
        ("training", "expected section.field=value"),
        ("training.epochs", "expected section.field=value"),
        ("brain.size=3", "no section 'brain', expected one of data, model"),
        ("training.speed=3", "has no field 'speed', expected one of epochs"),
        ("training.epochs=0", "training.epochs: got '0'"),
        ("training.epochs=many", "training.epochs: got 'many'"),
        ("registry.model_name=../x", "registry.model_name: got '../x'"),
    ],
)
def test_a_wrong_assignment_is_one_sentence_that_says_what_was_expected(assignment: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        load_config("cpu", [assignment])
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_unknown_profile_names_the_known_ones() -> None:
    with pytest.raises(UsageError, match="'gpu', expected one of cpu, gtx-1050-ti"):
        load_config("gpu")


def test_every_field_says_what_it_is() -> None:
    for section in RetrainConfig.model_fields.values():
        assert section.description
        for field in section.annotation.model_fields.values():
            assert field.description
