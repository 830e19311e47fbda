"""Staff accounts: passwords are kept as hashes, the demo's logins are made once."""

import stat
from dataclasses import replace
from pathlib import Path

import pytest

from knowledge_base.database import Database
from router.accounts import (
    WeakPassword,
    add_staff,
    demo_logins,
    ensure_demo_staff,
    list_staff,
    set_password,
)
from router.domain.errors import NotFound
from router.domain.people import Role
from router.passwords import hashed, new_session_token, token_hash, verified
from router.settings import Settings
from router.store import Store
from router.store.staff import LoginTaken
from tests.router.people import LINA, WANG

PASSWORD = "a-long-enough-password"


async def test_a_password_is_kept_as_an_argon2id_hash_that_only_it_opens() -> None:
    one, two = await hashed(PASSWORD), await hashed(PASSWORD)
    assert one.startswith("$argon2id$")
    assert one != two
    assert await verified(one, PASSWORD)
    for wrong in (PASSWORD + "x", "", "密码"):
        assert not await verified(one, wrong)
    assert not await verified(None, PASSWORD)
    assert not await verified("no hash", PASSWORD)


def test_the_store_never_sees_a_session_token() -> None:
    token, other = new_session_token(), new_session_token()
    assert token != other
    assert len(token_hash(token)) == 64
    assert token not in token_hash(token)


async def test_staff_are_added_listed_and_log_in(sqlite: Database) -> None:
    await add_staff(sqlite, LINA, PASSWORD)
    await add_staff(sqlite, WANG, PASSWORD)
    assert await list_staff(sqlite) == [LINA, WANG]
    found = await Store(sqlite).credentials("lina")
    assert found is not None
    assert await verified(found.password_hash, PASSWORD)
    assert await Store(sqlite).credentials("nobody") is None


async def test_a_login_is_taken_once(sqlite: Database) -> None:
    await add_staff(sqlite, LINA, PASSWORD)
    with pytest.raises(LoginTaken, match="lina"):
        await add_staff(sqlite, replace(WANG, login="lina"), PASSWORD)


async def test_a_short_password_is_refused(sqlite: Database) -> None:
    with pytest.raises(WeakPassword, match="10"):
        await add_staff(sqlite, LINA, "short")
    await add_staff(sqlite, LINA, PASSWORD)
    with pytest.raises(WeakPassword):
        await set_password(sqlite, "lina", "short")


async def test_a_new_password_replaces_the_old_one(sqlite: Database) -> None:
    await add_staff(sqlite, LINA, PASSWORD)
    await set_password(sqlite, "lina", "another-long-password")
    found = await Store(sqlite).credentials("lina")
    assert found is not None
    assert not await verified(found.password_hash, PASSWORD)
    assert await verified(found.password_hash, "another-long-password")
    with pytest.raises(NotFound, match="nobody"):
        await set_password(sqlite, "nobody", PASSWORD)


async def test_the_demo_staff_are_made_once_with_passwords_of_this_folder(
    sqlite: Database, tmp_path: Path
) -> None:
    settings = Settings(data=str(tmp_path / "data"))
    first = await ensure_demo_staff(sqlite, settings)
    again = await ensure_demo_staff(sqlite, settings)
    assert first == again == demo_logins(settings.folder)
    assert len({demo.password for demo in first}) == len(first)
    staff = {member.login: member for member in await list_staff(sqlite)}
    assert staff.keys() == {demo.login for demo in first}
    assert staff["zhaomin"].roles == {Role.EDITOR}
    assert staff["chenjing"].may(Role.AGENT)
    assert not staff["zhaomin"].may(Role.AGENT)
    found = await Store(sqlite).credentials(first[0].login)
    assert found is not None
    assert await verified(found.password_hash, first[0].password)
    mode = (settings.folder / "demo_logins.json").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600
