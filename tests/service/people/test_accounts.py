"""Who may sign in, on which devices, and what runners let them see."""

from __future__ import annotations

import os
import re
from datetime import timedelta
from pathlib import Path

import pytest

from surefoot.dashboards.viewers import Role, Scope
from surefoot.dashboards.wall.access import Password
from surefoot.sensor_ingest.recording.runner_ids import runner_id
from surefoot.service.errors.people import AccountError
from surefoot.service.people.accounts import StoredAccounts
from surefoot.service.people.people_file import FILE_NAME
from surefoot.service.people.sessions import FILE_NAME as SESSIONS
from surefoot.service.people.sessions import device_name
from tests.service.real_command import RealCommand

WORD, OTHER = "correct horse", "battery staple"


@pytest.fixture
def accounts(tmp_path: Path) -> StoredAccounts:
    found = StoredAccounts(tmp_path, Password("open sesame"))
    found.add("anna", Role.RUNNER, WORD, "anna")
    found.add("carl", Role.COACH, WORD)
    return found


def signed_in(accounts: StoredAccounts, name: str, word: str = WORD) -> str:
    cookie = accounts.sign_in(name, word, "a phone")
    assert cookie is not None
    return cookie


def test_nobody_signs_in_until_there_is_an_account(tmp_path: Path) -> None:
    accounts = StoredAccounts(tmp_path, None)
    assert not accounts.are_needed
    with pytest.raises(AccountError, match="make an owner first"):
        accounts.add("carl", Role.COACH, WORD)
    accounts.add("olga", Role.OWNER, WORD)
    accounts.add("carl", Role.COACH, WORD)
    assert accounts.are_needed


def test_on_this_computer_nobody_signs_in_until_there_is_a_second_account(tmp_path: Path) -> None:
    here, elsewhere = (StoredAccounts(tmp_path, None, local=local) for local in (True, False))
    here.make_owner()
    assert not here.are_needed
    assert elsewhere.are_needed
    here.add("anna", Role.RUNNER, WORD, "anna")
    assert here.are_needed
    assert StoredAccounts(tmp_path / "another", Password("open sesame"), local=True).are_needed


def test_an_owner_that_was_made_signs_in_without_a_name_and_sees_everything_until_there_are_two(
    tmp_path: Path,
) -> None:
    accounts = StoredAccounts(tmp_path, None)
    password = accounts.make_owner()
    assert re.fullmatch(r"(\w{4}-){3}\w{4}", password)
    assert StoredAccounts(tmp_path / "another", None).make_owner() != password
    for name in ("", "owner"):
        viewer = accounts.viewer(signed_in(accounts, name, password))
        assert viewer is not None
        assert (viewer.role, viewer.may_tell("anna")) == (Role.OWNER, True)
    accounts.add("anna", Role.RUNNER, WORD, "anna")
    viewer = accounts.viewer(signed_in(accounts, "owner", password))
    assert viewer is not None
    assert not viewer.may_see("anna", Scope.PAIN_AND_PLAN)
    accounts.add("owner", Role.OWNER, OTHER)  # who has lost it
    assert accounts.sign_in("owner", password, "") is None
    assert accounts.sign_in("owner", OTHER, "") is not None
    with_word = StoredAccounts(tmp_path, Password("open sesame"))
    assert with_word.sign_in("owner", OTHER, "") is None
    assert with_word.sign_in("owner", "open sesame", "") is not None


def test_a_guardian_decides_what_others_see_of_a_minor_who_keeps_the_diary(accounts: StoredAccounts) -> None:
    anna = accounts.viewer(signed_in(accounts, "anna"))
    assert anna is not None
    assert anna.may_decide("anna")
    accounts.add("maria", Role.GUARDIAN, WORD, "anna")
    anna, maria = (accounts.viewer(signed_in(accounts, name)) for name in ("anna", "maria"))
    assert anna is not None
    assert maria is not None
    assert (anna.may_tell("anna"), anna.may_decide("anna")) == (True, False)
    assert (maria.may_tell("anna"), maria.may_decide("anna"), maria.may_decide("bert")) == (True, True, False)
    link = accounts.link(accounts.new_personal_link("anna") or "", "a phone")
    opened = accounts.viewer(link or "")
    assert opened is not None
    assert opened.account == "anna"
    accounts.remove("maria")
    grown = accounts.viewer(signed_in(accounts, "anna"))
    assert grown is not None
    assert grown.may_decide("anna")


def test_the_right_name_and_password_sign_in_on_a_device_that_is_remembered(
    accounts: StoredAccounts, tmp_path: Path
) -> None:
    cookie = signed_in(accounts, "anna")
    assert accounts.sign_in("anna", OTHER, "") is None
    assert accounts.sign_in("nobody", WORD, "") is None
    viewer = StoredAccounts(tmp_path, None).viewer(cookie)  # after a restart
    assert viewer is not None
    assert (viewer.account, viewer.role, viewer.speaks_for) == ("anna", Role.RUNNER, "anna")


def test_neither_a_password_nor_a_cookie_can_be_read_from_the_disk(accounts: StoredAccounts, tmp_path: Path) -> None:
    cookie = signed_in(accounts, "anna")
    kept = (tmp_path / FILE_NAME).read_text() + (tmp_path / SESSIONS).read_text()
    assert WORD not in kept
    assert cookie not in kept
    assert "$argon2id$" in kept


def test_the_password_of_the_settings_is_the_owners(accounts: StoredAccounts) -> None:
    for name in ("", "owner"):
        viewer = accounts.viewer(signed_in(accounts, name, "open sesame"))
        assert viewer is not None
        assert viewer.role is Role.OWNER
    assert accounts.sign_in("owner", WORD, "") is None


def test_an_owner_speaks_for_everybody_until_somebody_else_has_an_account(tmp_path: Path) -> None:
    accounts = StoredAccounts(tmp_path, Password("open sesame"))
    cookie = signed_in(accounts, "owner", "open sesame")
    only = accounts.viewer(cookie)
    assert only is not None
    assert only.may_tell("anna")
    accounts.add("carl", Role.COACH, WORD)
    one_of_two = accounts.viewer(cookie)
    assert one_of_two is not None
    assert not one_of_two.may_tell("anna")
    assert not one_of_two.may_see("anna", Scope.PAIN_AND_PLAN)


def test_a_device_is_signed_out_by_itself_by_another_and_by_a_new_password(accounts: StoredAccounts) -> None:
    first, second, third = (signed_in(accounts, "anna") for _ in range(3))
    accounts.end(first)
    assert accounts.viewer(first) is None
    [other] = [each for each in accounts.sessions(second) if not each.current]
    accounts.end_session(second, other.session)
    assert accounts.viewer(third) is None
    fourth = signed_in(accounts, "anna")
    assert not accounts.change_password(second, OTHER, OTHER)
    assert accounts.change_password(second, WORD, OTHER)
    assert accounts.viewer(second) is not None
    assert accounts.viewer(fourth) is None
    assert accounts.sign_in("anna", WORD, "") is None


def test_a_device_is_named_in_a_few_words() -> None:
    android = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36"
    iphone = (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile Safari/604.1"
    )
    assert [device_name(each) for each in (android, iphone, "curl/8")] == [
        "Chrome, Android",
        "Safari, iPhone",
        "curl/8",
    ]


def test_nobody_ends_a_session_of_somebody_else(accounts: StoredAccounts) -> None:
    anna, carl = signed_in(accounts, "anna"), signed_in(accounts, "carl")
    accounts.end_session(carl, accounts.sessions(anna)[0].session)
    assert accounts.viewer(anna) is not None


def test_a_removed_account_is_out_at_once(accounts: StoredAccounts) -> None:
    cookie = signed_in(accounts, "carl")
    accounts.remove("carl")
    assert accounts.viewer(cookie) is None
    assert accounts.sign_in("carl", WORD, "") is None
    with pytest.raises(AccountError, match="there is no account carl"):
        accounts.remove("carl")


def test_another_of_the_same_name_sees_nothing_of_what_the_first_was_given(accounts: StoredAccounts) -> None:
    anna = accounts.viewer(signed_in(accounts, "anna"))
    assert anna is not None
    accounts.share(anna, "carl", frozenset({Scope.RUNS}))
    accounts.remove("carl")
    accounts.add("carl", Role.COACH, OTHER)
    carl = accounts.viewer(signed_in(accounts, "carl", OTHER))
    assert carl is not None
    assert not carl.may_see("anna", Scope.RUNS)


def test_a_new_password_that_is_too_short_changes_nothing(accounts: StoredAccounts) -> None:
    cookie = signed_in(accounts, "anna")
    assert not accounts.change_password(cookie, WORD, "short")
    assert accounts.sign_in("anna", WORD, "") is not None


def test_what_a_runner_gives_they_take_back_and_both_are_kept_with_their_date(
    accounts: StoredAccounts, tmp_path: Path
) -> None:
    cookie = signed_in(accounts, "carl")

    def sees(scope: Scope) -> bool:
        viewer = accounts.viewer(cookie)
        return viewer is not None and viewer.may_see("anna", scope)

    anna = accounts.viewer(signed_in(accounts, "anna"))
    assert anna is not None
    assert not sees(Scope.RUNS)
    accounts.share(anna, "carl", frozenset({Scope.RUNS, Scope.FINDINGS}))
    assert sees(Scope.RUNS)
    assert sees(Scope.FINDINGS)
    assert not sees(Scope.PAIN_AND_PLAN)
    accounts.share(anna, "carl", frozenset())
    assert not sees(Scope.RUNS)
    lines = [line for line in (tmp_path / FILE_NAME).read_text().splitlines() if '"share"' in line]
    assert len(lines) == 2
    assert all("at_utc" in line for line in lines)
    with pytest.raises(KeyError):
        accounts.share(anna, "nobody", frozenset())


def test_a_link_shows_one_runner_until_it_is_over(accounts: StoredAccounts) -> None:
    anna = accounts.viewer(signed_in(accounts, "anna"))
    assert anna is not None
    cookie = accounts.link(accounts.new_link(anna, frozenset({Scope.RUNS}), days=14), "a phone")
    assert cookie is not None
    viewer = accounts.viewer(cookie)
    assert viewer is not None
    assert viewer.may_see("anna", Scope.RUNS)
    assert not viewer.may_see("anna", Scope.PAIN_AND_PLAN)
    assert not viewer.may_see("bert", Scope.RUNS)
    assert not viewer.may_record
    assert accounts.link(accounts.new_link(anna, frozenset({Scope.RUNS}), days=0), "") is None
    assert accounts.link("guess", "") is None


def test_a_personal_link_signs_a_device_of_the_runners_own_in(
    accounts: StoredAccounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = accounts.new_personal_link("anna")
    assert token is not None
    first, again = accounts.link(token, "a phone"), accounts.link(token, "a mail server that looks at it")
    assert first is not None
    assert again is not None
    viewer = accounts.viewer(first)
    assert viewer is not None
    assert (viewer.account, viewer.role, viewer.speaks_for) == ("anna", Role.RUNNER, "anna")
    assert {each.device for each in accounts.sessions(first)} == {"a phone", "a mail server that looks at it"}
    accounts.end(again)
    assert accounts.viewer(again) is None
    monkeypatch.setattr("surefoot.service.people.links.PERSONAL_LINK", timedelta(0))
    assert accounts.link(accounts.new_personal_link("anna") or "", "") is None
    assert accounts.viewer(first) is not None


def test_a_personal_link_ends_with_its_account_and_nobody_gets_one_without(accounts: StoredAccounts) -> None:
    assert accounts.new_personal_link("bert") is None
    token = accounts.new_personal_link("anna") or ""
    accounts.remove("anna")
    assert accounts.link(token, "") is None
    accounts.add("anna", Role.RUNNER, WORD, "anna-maria")  # somebody else under the same name
    assert accounts.link(token, "") is None


@pytest.mark.parametrize(
    ("name", "role", "word", "runner", "sentence"),
    [
        ("a b", Role.COACH, WORD, "", "'a b' cannot be the name of an account"),
        ("owner", Role.OWNER, WORD, "", "the password of owner is wall.password"),
        ("owner", Role.COACH, WORD, "", "'owner' cannot be the name of an account"),
        ("maria", Role.GUARDIAN, WORD, "", "an account of a runner or guardian, and no other, says whose it is"),
        ("bert", Role.RUNNER, WORD, "", "an account of a runner or guardian, and no other, says whose it is"),
        ("bert", Role.COACH, WORD, "bert", "an account of a runner or guardian, and no other, says whose it is"),
        ("bert", Role.COACH, "short", "", "a password has 8 characters or more"),
    ],
)
def test_what_cannot_be_an_account_is_refused(
    accounts: StoredAccounts, name: str, role: Role, word: str, runner: str, sentence: str
) -> None:
    with pytest.raises(AccountError) as refused:
        accounts.add(name, role, word, runner)
    assert str(refused.value).startswith(sentence)


def test_the_command_makes_lists_and_removes(tmp_path: Path) -> None:
    def said(*arguments: str) -> str:
        with RealCommand(tmp_path, "accounts", *arguments, typed=f"{WORD}\n") as command:
            command.finish()
        return command.out + command.err

    assert said("add", "olga", "--role", "owner") == "olga can sign in as owner.\n"
    unknown = "anna can sign in as runner. Nothing is known of a runner Anna Müller yet.\n"
    assert said("add", "anna", "--role", "runner", "--runner", "Anna Müller") == unknown
    assert said("list").splitlines() == ["olga  owner", f"anna  runner of {runner_id('Anna Müller')}"]
    (tmp_path / "config" / "surefoot").mkdir(parents=True)
    named = '[runners.anna]\nname = "Anna Müller"\nleft = "1A2B"\n'
    (tmp_path / "config" / "surefoot" / "surefoot.toml").write_text(named, encoding="utf-8")
    assert said("add", "anna", "--role", "runner", "--runner", "Anna Müller") == "anna can sign in as runner.\n"
    assert said("list").splitlines() == ["olga  owner", "anna  runner of anna"]
    assert said("remove", "anna") == "anna can no longer sign in.\n"
    assert "there is no role king; there are runner, guardian, coach, physio, owner" in said(
        "add", "x", "--role", "king"
    )


def test_the_first_time_that_others_see_the_wall_a_terminal_shows_the_owners_password_once(tmp_path: Path) -> None:
    said = [served(tmp_path, "--host", "0.0.0.0") for _ in range(2)]
    [password] = re.findall(r"(?:\w{4}-){3}\w{4}", said[0])
    assert StoredAccounts(tmp_path, None).sign_in("owner", password, "") is not None
    assert "Yours is the name owner" not in said[1]
    assert password not in said[1]
    assert "Yours is the name owner" not in served(tmp_path / "here")
    assert StoredAccounts(tmp_path / "here", None).all() == []


def served(folder: Path, *arguments: str) -> str:
    """What a terminal shows of the wall until it can be opened."""
    terminal, output = os.openpty()
    with RealCommand(folder, "serve", "--port", "0", *arguments, output=output):
        said = ""
        while not re.search(r"The wall is at \S+\r?\n", said):
            said += os.read(terminal, 4096).decode()
    os.close(terminal)
    os.close(output)
    return said
