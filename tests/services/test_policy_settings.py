"""The policy in the settings file: whole days by name, and nothing that would be ignored in silence."""

from pathlib import Path

import pytest

from tokentui.domain.policy import Policy
from tokentui.services.settings import SettingsError, load_settings


def settings(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "config.toml"
    file.write_text(text)
    return file


def test_thresholds_live_in_the_settings(tmp_path: Path) -> None:
    file = settings(tmp_path, "[policy]\nrotate_after_days = 30\ndelete_endpoints = 0\n")
    assert load_settings(file).policy == Policy(rotate_after_days=30, delete_endpoints=0)


def test_without_a_policy_a_value_may_live_90_days(tmp_path: Path) -> None:
    assert load_settings(tmp_path / "none").policy.rotate_after_days == 90


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[policy]\nrotate_after = 30\n", "knows no rotate_after; it knows"),
        ("[policy]\nrotate_after_days = -1\n", "whole number of days"),
        ("[policy]\nrotate_after_days = true\n", "whole number of days"),
        ("[policy]\nrotate_after_days = 99999999\n", "whole number of days"),
        ("policy = 3\n", "is a table"),
        ("base_url = 3\n", "base_url is an address"),
    ],
)
def test_what_is_no_threshold_is_told(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        load_settings(settings(tmp_path, text))
