"""What an operator may set: each wrong value is named, nothing is set that is not documented."""

import ast
import inspect
import stat
from pathlib import Path

import msgspec
import pytest

from router import settings as module
from router.settings import ROOT, InvalidSettings, Settings, load, with_secrets

FIELDS = Settings.__struct_fields__


def test_without_anything_given_the_defaults_hold() -> None:
    settings = load({})
    assert settings == Settings()
    assert settings.host == "127.0.0.1"
    assert settings.database_url == "sqlite+aiosqlite:///var/jieli.db"
    assert settings.policy_path == ROOT / "router" / "policy.toml"


def test_file_environment_and_options_follow_each_other(tmp_path: Path) -> None:
    file = tmp_path / "jieli.toml"
    file.write_text('port = 1\nhost = "0.0.0.0"\nbot_deadline = 1\npolicy = "p.toml"\n', "utf-8")
    environment = {"JIELI_CONFIG": str(file), "JIELI_PORT": "2", "JIELI_HOST": "::1"}
    settings = load(environment, port=3, host=None)
    assert (settings.port, settings.host, settings.bot_deadline) == (3, "::1", 1.0)
    assert settings.policy_path == Path("p.toml")


def test_the_environment_gives_numbers_truths_and_lists_as_text() -> None:
    settings = load(
        {
            "JIELI_DEMO": "true",
            "JIELI_BOT_DEADLINE": "0.5",
            "JIELI_ALLOWED_ORIGINS": "https://a.example.com, https://b.example.com:8443,",
            "JIELI_DATABASE": "postgresql+asyncpg://h/d",
            "PATH": "/bin",
        }
    )
    assert settings.demo
    assert settings.bot_deadline == 0.5
    assert settings.allowed_origins == ("https://a.example.com", "https://b.example.com:8443")
    assert settings.database_url == "postgresql+asyncpg://h/d"
    assert load({"JIELI_ALLOWED_ORIGINS": ""}).allowed_origins == ()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("port", "70000"),
        ("port", "-1"),
        ("port", "http"),
        ("demo", "perhaps"),
        ("bot_deadline", "0"),
        ("bot_deadline", "nan"),
        ("bot_deadline", "inf"),
        ("bot_failures", "0"),
        ("bot_pause", "-5"),
        ("trusted_proxies", "-1"),
        ("shopper_days", "0"),
        ("signed_hours", "0.5"),
        ("staff_hours", "0"),
        ("max_image_bytes", "10"),
        ("messages_per_minute", "0"),
        ("timezone", "Asia/Nowhere"),
        ("timezone", "../../etc/passwd"),
        ("allowed_origins", "shop.example.com"),
        ("allowed_origins", "https://shop.example.com/"),
        ("shop_url", "shop.example.com/jieli"),
        ("shop_url", "ftp://shop.example.com"),
        ("shop_deadline", "0"),
        ("shop_fresh", "-1"),
        ("shop_kept_hours", "9999"),
    ],
)
def test_a_wrong_value_is_named(name: str, value: str) -> None:
    with pytest.raises(InvalidSettings, match=name):
        load({f"JIELI_{name.upper()}": value})


@pytest.mark.parametrize("secret", ["", "too short"])
def test_a_shop_is_not_asked_without_a_secret(secret: str) -> None:
    given = {"JIELI_SHOP_URL": "https://shop.example.com/jieli", "JIELI_SHOP_SECRET": secret}
    with pytest.raises(InvalidSettings, match="shop_secret"):
        load(given)
    assert load({**given, "JIELI_SHOP_SECRET": "x" * 16}).shop_url


@pytest.mark.parametrize(
    ("text", "word"),
    [
        pytest.param("prot = 1", "prot", id="an unknown name"),
        pytest.param("port = ", "not TOML", id="no TOML"),
        pytest.param('demo = "x"', "demo", id="a wrong type"),
        pytest.param('allowed_origins = "https://x"', "allowed_origins", id="no list"),
    ],
)
def test_a_wrong_file_is_named(tmp_path: Path, text: str, word: str) -> None:
    file = tmp_path / "jieli.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(InvalidSettings, match=word):
        load({}, file)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidSettings, match=r"none\.toml: cannot be read"):
        load({}, tmp_path / "none.toml")


def test_secrets_are_made_once_kept_for_the_owner_only_and_differ(tmp_path: Path) -> None:
    first = with_secrets(Settings(data=str(tmp_path)))
    again = with_secrets(Settings(data=str(tmp_path)))
    names = ("service_token", "shopper_secret", "storefront_secret")
    made = {getattr(first, name) for name in names}
    assert len(made) == 3
    assert all(len(secret) >= 40 for secret in made)
    assert first == again
    for name in names:
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


def test_a_given_secret_is_used_and_not_written_down(tmp_path: Path) -> None:
    settings = with_secrets(Settings(data=str(tmp_path), service_token="given"))
    assert settings.service_token == "given"
    assert not (tmp_path / "service_token").exists()


def test_every_setting_says_what_it_is() -> None:
    (cls,) = [
        node
        for node in ast.walk(ast.parse(inspect.getsource(module)))
        if isinstance(node, ast.ClassDef) and node.name == "Settings"
    ]
    described = {
        before.target.id  # type: ignore[union-attr]
        for before, after in zip(cls.body, cls.body[1:], strict=False)
        if isinstance(before, ast.AnnAssign)
        and isinstance(after, ast.Expr)
        and isinstance(after.value, ast.Constant)
    }
    assert described == set(FIELDS)


def test_every_setting_is_documented_with_its_default() -> None:
    page = ROOT / "docs" / "configuration.md"
    if not page.exists():
        pytest.skip("docs/configuration.md is not written yet")
    text = page.read_text("utf-8")
    lines = text.splitlines()
    for field in msgspec.structs.fields(Settings):
        own = [line for line in lines if f"`{field.name}`" in line]
        assert own, f"{field.name} is not in docs/configuration.md"
        if isinstance(field.default, int | float) and not isinstance(field.default, bool):
            shown = f"{field.default:g}" if field.default < 10_000 else str(field.default)
            plain = " ".join(own).replace(",", "").replace("_", "").replace(" ", "")
            assert shown in plain or str(field.default) in plain, field.name
