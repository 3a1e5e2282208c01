"""Settings: what wins over what, and errors that say where the mistake stands."""

from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from columnbot.errors import SettingsError
from columnbot.settings import Settings, load_settings


def write(folder: Path, toml: str) -> Path:
    file = folder / "columnbot.toml"
    file.write_text(toml, encoding="utf-8")
    return file


def test_without_a_file_or_anything_else_the_defaults_hold(tmp_path):
    assert load_settings(file=tmp_path / "columnbot.toml", environment={}) == Settings()


def test_the_file_beats_the_defaults_the_environment_the_file_and_a_flag_them_all(tmp_path):
    file = write(tmp_path, 'host = "uit.de.toml"\nport = 1001\npassage_words = 101\n')
    environment = {"COLUMNBOT_PORT": "1002", "COLUMNBOT_PASSAGE_WORDS": "102"}
    found = load_settings(file=file, environment=environment, flags={"passage_words": 103})
    assert found == Settings(host="uit.de.toml", port=1002, passage_words=103)


def test_a_flag_that_was_not_given_leaves_the_others_alone(tmp_path):
    file = write(tmp_path, "port = 1001\n")
    assert load_settings(file=file, environment={}, flags={"port": None, "model": None}).port == 1001


def test_every_setting_can_be_set_by_the_file_and_by_the_environment(tmp_path):
    changed = Settings(
        Path("stukken"),
        True,
        Path("elders/index"),
        "een/model",
        90,
        True,
        "een/andere",
        True,
        "en",
        "0.0.0.0",
        80,
        "De Veste",
        "/vragen",
        "https://a.nl https://b.nl",
        "beeld.svg",
        "dark",
        True,
        True,
        True,
        "wachtwoorden",
        "http://a/v1",
        "m",
        "k",
        9,
        2048,
        "een/derde",
        "kop:6379",
    )
    file = write(
        tmp_path,
        'articles = "stukken"\nindex = "elders/index"\nmodel = "een/model"\npassage_words = 90\n'
        "exact = true\npages = true\nquick = true\n"
        'reranker = "een/andere"\nchecker = "een/derde"\n'
        'language = "en"\nhost = "0.0.0.0"\nport = 80\nauth_file = "wachtwoorden"\n'
        'title = "De Veste"\nroot_path = "/vragen"\nembedded_in = "https://a.nl https://b.nl"\n'
        'logo = "beeld.svg"\ntheme = "dark"\nmcp = true\nmetrics = true\nlog_questions = true\n'
        'llm_url = "http://a/v1"\nllm_model = "m"\nllm_api_key = "k"\nllm_timeout = 9\nllm_context = 2048\n'
        'ray = "kop:6379"\n',
    )
    environment = {
        "COLUMNBOT_ARTICLES": "stukken",
        "COLUMNBOT_INDEX": "elders/index",
        "COLUMNBOT_MODEL": "een/model",
        "COLUMNBOT_PASSAGE_WORDS": "90",
        "COLUMNBOT_EXACT": "1",
        "COLUMNBOT_QUICK": "yes",
        "COLUMNBOT_PAGES": "true",
        "COLUMNBOT_RERANKER": "een/andere",
        "COLUMNBOT_CHECKER": "een/derde",
        "COLUMNBOT_LANGUAGE": "en",
        "COLUMNBOT_HOST": "0.0.0.0",
        "COLUMNBOT_PORT": "80",
        "COLUMNBOT_AUTH_FILE": "wachtwoorden",
        "COLUMNBOT_TITLE": "De Veste",
        "COLUMNBOT_ROOT_PATH": "/vragen",
        "COLUMNBOT_EMBEDDED_IN": "https://a.nl https://b.nl",
        "COLUMNBOT_LOGO": "beeld.svg",
        "COLUMNBOT_THEME": "dark",
        "COLUMNBOT_MCP": "true",
        "COLUMNBOT_METRICS": "1",
        "COLUMNBOT_LOG_QUESTIONS": "true",
        "COLUMNBOT_LLM_URL": "http://a/v1",
        "COLUMNBOT_LLM_MODEL": "m",
        "COLUMNBOT_LLM_API_KEY": "k",
        "COLUMNBOT_LLM_TIMEOUT": "9",
        "COLUMNBOT_LLM_CONTEXT": "2048",
        "COLUMNBOT_RAY": "kop:6379",
    }
    assert load_settings(file=file, environment={}) == changed
    assert load_settings(file=tmp_path / "geen.toml", environment=environment) == changed


def test_variables_of_other_programs_are_left_alone(tmp_path):
    environment = {"PORT": "1", "HOST": "x", "MY_COLUMNBOT_PORT": "2"}
    assert load_settings(file=tmp_path / "geen.toml", environment=environment) == Settings()


@pytest.mark.parametrize("toml", ['port = "tachtig"', "port = 80.5", "port = true", "port = []"])
def test_a_number_that_is_none_is_refused_with_the_file_named(tmp_path, toml):
    file = write(tmp_path, toml)
    with pytest.raises(SettingsError) as caught:
        load_settings(file=file, environment={})
    assert str(file) in str(caught.value)
    assert "port" in str(caught.value)
    assert "whole number" in str(caught.value)


@pytest.mark.parametrize("value", ["", "tachtig", "8o"])
def test_a_number_that_is_none_is_refused_with_the_variable_or_the_flag_named(tmp_path, value):
    file = tmp_path / "geen.toml"
    with pytest.raises(SettingsError, match="COLUMNBOT_PORT.* whole number"):
        load_settings(file=file, environment={"COLUMNBOT_PORT": value})
    with pytest.raises(SettingsError, match="command line.* port .* whole number"):
        load_settings(file=file, environment={}, flags={"port": value})


def test_an_empty_variable_leaves_a_setting_that_is_empty_by_default(tmp_path):
    file = write(tmp_path, 'llm_url = "http://a/v1"\n')
    empty = {"COLUMNBOT_LLM_URL": "", "COLUMNBOT_RERANKER": "", "COLUMNBOT_AUTH_FILE": " "}
    assert load_settings(file=file, environment=empty) == Settings()
    with pytest.raises(SettingsError, match="COLUMNBOT_HOST.* must be text"):
        load_settings(file=file, environment={"COLUMNBOT_HOST": ""})


@pytest.mark.parametrize(("value", "exact"), [("true", True), ("1", True), ("False", False), ("0", False)])
def test_a_switch_is_true_or_false(tmp_path, value, exact):
    environment = {"COLUMNBOT_EXACT": value}
    assert load_settings(file=tmp_path / "geen.toml", environment=environment).exact == exact


@pytest.mark.parametrize("toml", ['exact = "misschien"', "exact = 2", "exact = []"])
def test_a_switch_that_is_neither_is_refused_with_the_file_named(tmp_path, toml):
    with pytest.raises(SettingsError, match=r"columnbot.toml sets exact .* true or false"):
        load_settings(file=write(tmp_path, toml), environment={})


def test_a_misspelled_setting_is_named_with_its_file_and_the_choices(tmp_path):
    file = write(tmp_path, "poort = 80\n")
    with pytest.raises(SettingsError) as caught:
        load_settings(file=file, environment={})
    for part in (
        str(file),
        "'poort'",
        "articles, auth_file, checker, embedded_in, exact, host, index, language, llm_api_key, llm_context",
    ):
        assert part in str(caught.value)


@pytest.mark.parametrize("content", [b"port = ", b"[port", b"port = 1\nport = 2", b'host = "\xe9"', b"\xff\xfe\x00"])
def test_a_file_that_is_no_toml_is_named(tmp_path, content):
    file = tmp_path / "columnbot.toml"
    file.write_bytes(content)
    with pytest.raises(SettingsError, match="cannot be read as TOML") as caught:
        load_settings(file=file, environment={})
    assert str(file) in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("passage_words", 19, "from 20 to 400"),
        ("passage_words", 401, "from 20 to 400"),
        ("language", "fr", '"nl" or "en"'),
        ("port", -1, "from 0 to 65535"),
        ("port", 65536, "from 0 to 65535"),
        ("model", "  ", "a model's name or folder"),
        ("root_path", "vragen", "a path that begins with a slash and does not end in one"),
        ("root_path", "/", "a path that begins with a slash and does not end in one"),
        (
            "embedded_in",
            "https://a.nl; script-src *",
            "addresses of sites, such as https://www.krant.nl, parted by spaces",
        ),
        ("embedded_in", "krant.nl", "addresses of sites, such as https://www.krant.nl, parted by spaces"),
        (
            "embedded_in",
            "https://a.nl\nhttps://b.nl",
            "addresses of sites, such as https://www.krant.nl, parted by spaces",
        ),
        ("embedded_in", "https://кафе.рф", "addresses of sites, such as https://www.krant.nl, parted by spaces"),
        ("llm_url", "localhost:8080", "an address that begins with http:// or https://"),
        ("llm_timeout", 0, "from 1 to 3600"),
        ("llm_context", 1023, "1024 or more"),
    ],
)
def test_a_value_out_of_range_is_refused_with_what_is_allowed(name, value, allowed):
    with pytest.raises(SettingsError) as caught:
        Settings(**{name: value})
    assert str(caught.value) == f"The setting {name} is {value!r}; it must be {allowed}."


@pytest.mark.parametrize(
    ("name", "value"), [("passage_words", 20), ("passage_words", 400), ("port", 0), ("port", 65535)]
)
def test_the_ends_of_a_range_are_allowed(name, value):
    assert getattr(Settings(**{name: value}), name) == value


def test_a_value_out_of_range_is_refused_wherever_it_comes_from(tmp_path):
    file = write(tmp_path, 'language = "fr"\n')
    with pytest.raises(SettingsError, match="language"):
        load_settings(file=file, environment={})
    with pytest.raises(SettingsError, match="port"):
        load_settings(file=tmp_path / "geen.toml", environment={"COLUMNBOT_PORT": "99999"})
    with pytest.raises(SettingsError, match="passage_words"):
        load_settings(file=tmp_path / "geen.toml", environment={}, flags={"passage_words": 3})


def test_settings_cannot_be_changed_once_made():
    with pytest.raises(FrozenInstanceError):
        Settings().port = 1


def test_a_folder_may_be_named_from_somebody_s_home(tmp_path):
    settings = load_settings(file=write(tmp_path, 'articles = "~/columns"\n'), environment={})
    assert settings.articles == Path.home() / "columns"
    with pytest.raises(SettingsError, match="articles"):
        load_settings(file=write(tmp_path, 'articles = "~niemand-heet-zo/columns"\n'), environment={})
