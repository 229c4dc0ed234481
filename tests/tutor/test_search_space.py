"""What a sweep may try, as it is typed and as it is drawn."""

import pytest

from tutor.config import RetrainConfig
from tutor.errors import UsageError
from tutor.search_space import SearchConfig, load_search, settings_of, study_name, with_settings


def test_a_search_is_typed_like_other_settings() -> None:
    search = load_search(["search.trials=4", "search.ranks=4,8", "search.plus_ratios="])
    assert (search.trials, search.ranks, search.plus_ratios) == (4, (4, 8), ())
    assert search.scales == SearchConfig().scales


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("search.trails=4", r"got 'search\.trails=4', expected search\.FIELD=VALUE with one of trials, "),
        ("search.trials", r"got 'search\.trials', expected"),
        ("search.trials=0", r"^search\.trials: got '0'; input should be greater than or equal to 1"),
        ("search.ranks=8,0", r"^search\.ranks\.1: got '0'; "),
        ("search.ranks=8,viel", r"^search\.ranks\.1: got 'viel'; "),
        ("search.learning_rate_factor=inf", r"^search\.learning_rate_factor: got 'inf'; "),
    ],
)
def test_a_wrong_search_is_one_sentence(typed: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        load_search([typed])


def test_settings_of_a_trial_go_where_they_belong_and_leave_the_rest() -> None:
    config = RetrainConfig.model_validate({"lora": {"rank": 16, "alpha": 24}, "evaluation": {"max_rows": 20}})
    own = settings_of(config)
    assert with_settings(config, own, "s").lora == config.lora
    tried = with_settings(config, own | {"rank": 4, "learning_rate": 1e-3, "plus_ratio": 8.0}, "s")
    assert (tried.lora.rank, tried.lora.alpha, tried.lora.plus_ratio) == (4, 6, 8.0)
    assert (tried.training.learning_rate, tried.registry.sweep) == (1e-3, "s")
    assert (tried.evaluation, tried.data, tried.model) == (config.evaluation, config.data, config.model)


def test_more_trials_belong_to_the_same_study_and_other_data_or_settings_to_another() -> None:
    config, search = RetrainConfig(), SearchConfig()
    name = study_name(config, search, "d" * 16)
    assert name.startswith("sweep-")
    assert study_name(config, SearchConfig(trials=99), "d" * 16) == name
    other = config.model_copy(update={"training": config.training.model_copy(update={"epochs": 2})})
    for changed in ((other, search, "d" * 16), (config, SearchConfig(ranks=()), "d" * 16), (config, search, "e" * 16)):
        assert study_name(*changed) != name
    longest = config.registry.model_copy(update={"sweep": "n" * 101})
    named = config.model_copy(update={"registry": longest})
    assert with_settings(named, settings_of(named), study_name(named, search, "d"))  # a name that the field takes
