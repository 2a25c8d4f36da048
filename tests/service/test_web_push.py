"""Web Push: a browser asks for messages, a push service passes them on unread, the browser decrypts and shows them."""

from __future__ import annotations

import asyncio
import base64
import json
import shutil
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from playwright.sync_api import Browser, BrowserContext, Page, expect

from surefoot.service.errors.people import EntryError
from surefoot.service.exporters.messages import MessageExporter
from surefoot.service.exporters.push_encryption import encrypted
from surefoot.service.exporters.status import ExporterStatus
from surefoot.service.exporters.web_push import WebPush
from surefoot.service.people.people import People
from surefoot.service.people.push import PushSubscription, from_base64, to_base64
from surefoot.service.people.push_key import point_bytes
from surefoot.service.people.typed_values import from_json
from surefoot.service.runtime.demo import DemoRun
from surefoot.service.settings import Settings
from surefoot.service.store.outbox import Outbox
from tests.dashboards.browser import chromium
from tests.service.push_service import PushService
from tests.service.real_command import RealCommand
from tests.service.servers import wait
from tests.service.test_messages import ended

RUNNER, CONTACT = "runner-1", "olga@club.example"
EXAMPLE = {
    "plain": "When I grow up, I want to be a watermelon",
    "auth": "BTBZMqHH6r4Tts7J_aSIgg",
    "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    "sender": "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw",
    "salt": "DGv6ra1nlYgDCS1FRnbzlw",
    "body": "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6"
    "PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN",
}
"""RFC 8291, section 5."""
STUB = """
const held = crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, true, ["deriveBits"]);
const auth = crypto.getRandomValues(new Uint8Array(16));
const signs = { "+": "-", "/": "_", "=": "" };
const text = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/[+/=]/g, (sign) => signs[sign]);
let subscribed = null;
PushManager.prototype.getSubscription = async () => subscribed;
PushManager.prototype.subscribe = async (options) => {
  window.askedWith = text(options.applicationServerKey);
  const { publicKey } = await held;
  const keys = { p256dh: text(await crypto.subtle.exportKey("raw", publicKey)), auth: text(auth) };
  const unsubscribe = async () => { subscribed = null; return true; };
  subscribed = { toJSON: () => ({ endpoint: "ENDPOINT", keys }), unsubscribe };
  return subscribed;
};
Notification.requestPermission = async () => "granted";
window.decrypt = async (body) => {
  const bytes = Uint8Array.from(atob(body), (sign) => sign.charCodeAt(0));
  const [salt, sender, sealed] = [bytes.slice(0, 16), bytes.slice(21, 21 + bytes[20]), bytes.slice(21 + bytes[20])];
  const { privateKey, publicKey } = await held;
  const ours = new Uint8Array(await crypto.subtle.exportKey("raw", publicKey));
  const theirs = await crypto.subtle.importKey("raw", sender, { name: "ECDH", namedCurve: "P-256" }, false, []);
  const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, privateKey, 256);
  const derive = async (secret, salt, info, bits) => {
    const key = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveBits"]);
    return crypto.subtle.deriveBits({ name: "HKDF", hash: "SHA-256", salt, info }, key, bits);
  };
  const named = (name, ...more) => Uint8Array.from([...new TextEncoder().encode(name), 0, ...more]);
  const secret = await derive(shared, auth, named("WebPush: info", ...ours, ...sender), 256);
  const raw = await derive(secret, salt, named("Content-Encoding: aes128gcm"), 128);
  const iv = await derive(secret, salt, named("Content-Encoding: nonce"), 96);
  const key = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["decrypt"]);
  const plain = new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, sealed));
  return new TextDecoder().decode(plain.slice(0, plain.lastIndexOf(2)));
};
"""
"""In the place of the browser's own push service, which needs its maker's; keys and decryption are the browser's."""


def test_a_message_is_encrypted_as_in_the_standards_own_example() -> None:
    to = PushSubscription("b1", "https://push.example/x", EXAMPLE["p256dh"], EXAMPLE["auth"])
    sender = ec.derive_private_key(int.from_bytes(from_base64(EXAMPLE["sender"]), "big"), ec.SECP256R1())
    found = encrypted(EXAMPLE["plain"].encode(), to, sender=sender, salt=from_base64(EXAMPLE["salt"]))
    assert to_base64(found) == EXAMPLE["body"]


@pytest.mark.parametrize(
    ("field", "value"), [("endpoint", "http://push.example/x"), ("auth", "YQ"), ("p256dh", "?"), ("endpoint", 3)]
)
def test_what_cannot_be_a_browser_is_refused(field: str, value: object) -> None:
    fields = {"id": "b1", "endpoint": "https://push.example/x", "p256dh": EXAMPLE["p256dh"], "auth": EXAMPLE["auth"]}
    with pytest.raises(EntryError, match=field):
        from_json(PushSubscription, {**fields, field: value})


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def push(tmp_path: Path) -> Iterator[PushService]:
    with PushService(tmp_path) as running:
        yield running


@pytest.fixture
def settings(tmp_path: Path, push: PushService) -> Settings:
    messages = {"push_contact": CONTACT, "ca_file": push.cert}
    return Settings.model_validate(
        {"data": tmp_path / "data", "messages": messages, "wall": {"url": "https://w.example"}}
    )


def asked_for(settings: Settings, push: PushService) -> PushSubscription:
    """A browser that gets messages."""
    found = PushSubscription("b1", push.endpoint, EXAMPLE["p256dh"], EXAMPLE["auth"])
    People(settings.data).keep(RUNNER, found)
    return found


def sent(settings: Settings) -> str:
    """Send what is due; why some of it waits."""
    with Outbox(settings.store_path, "web push") as outbox:
        status = ExporterStatus("web push")
        messages = MessageExporter(outbox, settings, status, WebPush(settings))
        with ThreadPoolExecutor(1) as thread:  # playwright has a loop of its own in this one
            return thread.submit(lambda: asyncio.run(messages.drain())).result()


def test_a_browser_that_is_gone_is_sent_to_no_more_and_one_that_is_away_later(
    settings: Settings, push: PushService
) -> None:
    asked_for(settings, push)
    ended(settings, runner=RUNNER)
    push.answers = [503]
    assert "the push service refuses it (503)" in sent(settings)
    assert sent(settings) == ""
    assert len(push.got) == 1
    assert sent(settings) == ""
    assert len(push.got) == 1
    push.answers = [410]
    ended(settings, "run-2", RUNNER)
    assert sent(settings) == ""
    assert People(settings.data).all_of(RUNNER, PushSubscription) == []


def test_a_push_service_is_told_who_sends_and_learns_nothing_else(settings: Settings, push: PushService) -> None:
    asked_for(settings, push)
    ended(settings, runner=RUNNER)
    assert sent(settings) == ""
    [(headers, body)] = push.got
    token, _, public = headers["Authorization"].removeprefix("vapid t=").partition(", k=")
    head, claims, signature = token.split(".")
    told = json.loads(from_base64(claims))
    assert told["aud"] == push.endpoint.removesuffix("/push/1")
    assert told["sub"] == f"mailto:{CONTACT}"
    assert 0 < told["exp"] - time.time() < 86_400
    numbers = from_base64(signature)
    signed = encode_dss_signature(int.from_bytes(numbers[:32], "big"), int.from_bytes(numbers[32:], "big"))
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), from_base64(public))
    key.verify(signed, f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
    assert len(point_bytes(key)) == 65
    assert headers["Content-Encoding"] == "aes128gcm"
    for word in (RUNNER, "run-1", "min", "w.example"):
        assert word.encode() not in body
        assert word not in json.dumps(headers)
    assert (settings.data / "web-push.pem").stat().st_mode & 0o077 == 0


@pytest.fixture
def phone(browser: Browser, push: PushService) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 360, "height": 740}, has_touch=True, permissions=["notifications"])
    context.add_init_script(f"(() => {{{STUB.replace('ENDPOINT', push.endpoint)}}})()")
    yield context
    context.close()


def shown(page: Page) -> list[list[str]]:
    """Title, text and place of each notification on the phone."""
    found = page.evaluate("""async () => {
        const all = await (await navigator.serviceWorker.ready).getNotifications();
        return all.map((each) => [each.title, each.body, each.data]);
    }""")
    return [list(each) for each in found]


def deliver(page: Page, payload: str) -> None:
    """Hand a message to the page's service worker, as a browser does that has got and decrypted it."""
    session = page.context.new_cdp_session(page)
    registrations: list[str] = []
    session.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda told: registrations.extend(each["registrationId"] for each in told["registrations"]),
    )
    session.send("ServiceWorker.enable")
    while not registrations:
        page.wait_for_timeout(20)
    origin = page.url.split("/diary")[0]
    told = {"origin": origin, "registrationId": registrations[-1], "data": payload}
    session.send("ServiceWorker.deliverPushMessage", told)


def test_a_phone_asks_for_messages_decrypts_and_shows_them_and_asks_for_none(
    settings: Settings, push: PushService, phone: BrowserContext, demo: DemoRun
) -> None:
    shutil.copytree(demo.run.path, settings.runs_folder / demo.run.path.name)
    page, people = phone.new_page(), People(settings.data)
    with RealCommand(settings.data, "serve", "--port", "0", settings={"MESSAGES_PUSH_CONTACT": CONTACT}) as serve:
        wait(lambda: "The wall is at " in serve.out)
        wall = serve.out.split("The wall is at ")[1].split()[0]
        page.goto(f"{wall}diary/?runner={RUNNER}")
        page.get_by_role("button", name="Nothing", exact=True).click()
        page.get_by_role("button", name="Send messages to this phone").click()
        wait(lambda: people.all_of(RUNNER, PushSubscription))
        ended(settings, runner=RUNNER)
        assert sent(settings) == ""
        [(headers, body)] = push.got
        assert headers["Authorization"].endswith(f"k={page.evaluate('window.askedWith')}")
        payload = page.evaluate("(body) => window.decrypt(body)", base64.b64encode(body).decode())
        told = json.loads(payload)
        assert told["title"].startswith("The run of Runner-1,") or told["title"].startswith("The run of runner-1,")
        assert "42 min" in told["body"]
        assert told["url"] == f"https://w.example/diary/?runner={RUNNER}&run=run-1"
        assert not [word for word in ("roll", "ankle", "nothing", "Nothing") if word in payload]
        deliver(page, payload)
        wait(lambda: shown(page))
        assert shown(page) == [[told["title"], told["body"], told["url"]]]
        page.get_by_role("button", name="Send no messages to this phone").click()
        wait(lambda: not people.all_of(RUNNER, PushSubscription))
        expect(page.get_by_role("button", name="Send messages to this phone")).to_be_visible()


def test_without_the_setting_nobody_is_asked(tmp_path: Path, phone: BrowserContext, demo: DemoRun) -> None:
    data = tmp_path / "other"
    shutil.copytree(demo.run.path, data / "runs" / demo.run.path.name)
    with RealCommand(data, "serve", "--port", "0") as serve:
        wait(lambda: "The wall is at " in serve.out)
        page = phone.new_page()
        page.goto(f"{serve.out.split('The wall is at ')[1].split()[0]}diary/?runner={RUNNER}")
        page.get_by_role("button", name="Nothing", exact=True).click()
        expect(page.locator("#next")).to_be_visible()
        assert page.get_by_role("button", name="messages").count() == 0
    assert not (data / "web-push.pem").exists()
