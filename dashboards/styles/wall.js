// Shows the pieces of HTML that the server sends. Nothing is computed here: numbers, words and drawings come from the
// server as they are; only dates are told in the reader's own time.

import { markAges, show } from "./pieces.js";

const SILENT_S = 8;
const RETRY_MS = 1000;
const PATIENCE_MS = 5000;
const TWICE_MS = 3000;

const root = document.documentElement;
const container = document.getElementById("pieces");
const link = document.getElementById("link");
const player = document.getElementById("player");
const state = { receivedMs: 0, source: null, at: null, ended: false, playing: true, dragging: false, serverClosed: false };
const storageKey = `replay ${location.pathname.split("/")[2]}`;

function applyMessage(message) {
  show(message);
  state.receivedMs = performance.now();
  document.getElementById("clock").textContent = message.clock;
  if (message.alert) document.getElementById("alert").textContent = message.alert;
  if (message.at !== undefined) updatePlayer(message);
  tick();
}

// A replay's ages are those of its own clock.

function tick() {
  const quietS = state.receivedMs ? (performance.now() - state.receivedMs) / 1000 : 0;
  markAges(player ? 0 : quietS);
  const silent = !player && quietS > SILENT_S;
  if (silent && !root.classList.contains("lost")) showLinkStatus(`no news since ${timeOfDay(quietS)}`, "silent");
  else if (root.classList.contains("silent")) showLinkStatus("live");
}

const timeOfDay = (agoS) => new Date(Date.now() - 1000 * agoS).toLocaleTimeString("en-GB", { timeStyle: "short" });

// Connection to the event stream

// `trouble` is "lost" without a connection, "silent" where one brings nothing, else empty.

function showLinkStatus(text, trouble = "") {
  if (link.textContent !== text) link.textContent = text;
  for (const element of [link, root]) for (const name of ["lost", "silent"]) element.classList.toggle(name, name === trouble);
}

function eventsUrl() {
  const url = new URL(container.dataset.events, location.href);
  if (player) {
    if (state.at !== null) url.searchParams.set("at", state.at);
    url.searchParams.set("speed", state.playing ? document.getElementById("speed").value : 0);
  }
  return url;
}

function connect() {
  state.source?.close();
  const source = (state.source = new EventSource(eventsUrl()));
  source.onopen = () => {
    state.serverClosed = false;
    showLinkStatus(player ? "replay" : "live");
  };
  source.addEventListener("over", () => (state.serverClosed = true));
  source.onmessage = (event) => applyMessage(JSON.parse(event.data));
  source.onerror = () => {
    source.close();
    if (state.source === source) reconnect();
  };
}

async function reconnect() {
  showLinkStatus(state.serverClosed ? "surefoot has stopped" : "connection lost, reconnecting", "lost");
  await new Promise((done) => setTimeout(done, RETRY_MS));
  try {
    const answer = await fetch(container.dataset.events.replace(/events.*/, "") || "/", { redirect: "manual", signal: AbortSignal.timeout(PATIENCE_MS) });
    if (answer.type === "opaqueredirect") return location.reload();
  } catch {
    return reconnect();
  }
  connect();
}

// Replay

function updatePlayer(message) {
  state.at = message.at;
  state.ended = message.ended;
  saveReplayState();
  if (!state.dragging) document.getElementById("place").value = message.at;
  document.getElementById("at").textContent = message.clock;
  if (message.ended) play(false, false);
}

// Position and speed of a replay are the same on the squad page and on a runner's page.

function saveReplayState() {
  const speed = document.getElementById("speed").value;
  sessionStorage.setItem(storageKey, JSON.stringify({ at: state.ended ? null : state.at, speed, playing: state.playing }));
}

function restoreReplayState() {
  const before = JSON.parse(sessionStorage.getItem(storageKey));
  if (!before) return;
  state.at = before.at;
  document.getElementById("speed").value = before.speed;
  play(before.playing || before.at === null, false);
}

function play(on, reopen = true) {
  if (on && state.ended) state.at = Number(document.getElementById("place").min);
  state.ended = false;
  state.playing = on;
  document.getElementById("play").textContent = on ? "Pause" : "Play";
  if (!reopen) return;
  saveReplayState();
  connect();
}

function setUpPlayer() {
  const slider = document.getElementById("place");
  player.addEventListener("submit", (event) => event.preventDefault());
  document.getElementById("play").addEventListener("click", () => play(!state.playing));
  document.getElementById("speed").addEventListener("change", connect);
  slider.addEventListener("input", () => (state.dragging = true));
  slider.addEventListener("change", () => {
    state.dragging = false;
    state.at = Number(slider.value);
    connect();
  });
  restoreReplayState();
}

// Keyboard and theme

function focusCard(step) {
  const cards = [...document.querySelectorAll(".card .name a")];
  const here = cards.indexOf(document.activeElement);
  cards[Math.min(Math.max(here + step, 0), cards.length - 1)]?.focus();
}

function columns() {
  return container ? getComputedStyle(container).gridTemplateColumns.split(" ").length : 1;
}

function onKeydown(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, select")) return;
  const cards = container?.classList.contains("cards");
  const acts = {
    ArrowRight: () => focusCard(1),
    ArrowLeft: () => focusCard(-1),
    ArrowDown: () => focusCard(columns()),
    ArrowUp: () => focusCard(-columns()),
    Escape: () => (cards && document.activeElement.closest(".card") ? document.activeElement.blur() : document.getElementById("up")?.click()),
    t: toggleTheme,
    " ": () => player && !event.target.matches("button, a, summary") && (event.preventDefault(), play(!state.playing)),
  };
  if (event.key.startsWith("Arrow") && !cards) return;
  if (event.key.startsWith("Arrow")) event.preventDefault();
  acts[event.key]?.();
}

function toggleTheme() {
  const dark = getComputedStyle(root).colorScheme === "dark"
    || (!root.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches);
  root.dataset.theme = localStorage.theme = dark ? "light" : "dark";
}

// A button that is pressed again while its answer is on the way has been pressed once.

const sentMs = new WeakMap();

function sendOnce(event) {
  const pressed = event.submitter ?? event.target;
  if (event.target.method !== "post") return;
  if (performance.now() - (sentMs.get(pressed) ?? -Infinity) < TWICE_MS) event.preventDefault();
  else sentMs.set(pressed, performance.now());
}

// Dates

const DATE = { day: "2-digit", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", timeZoneName: "short" };

function showDates() {
  const local = new Intl.DateTimeFormat("en-GB", DATE);
  for (const each of document.querySelectorAll("time[datetime]")) each.textContent = local.format(new Date(each.dateTime));
}

showDates();
// Where the form to sign in is shown, nobody is signed in, and nothing that a diary page kept is left for others.
if (document.querySelector("form.login")) {
  for (const key of Object.keys(localStorage)) if (key.startsWith("surefoot diary of ")) localStorage.removeItem(key);
  endPush().catch(() => null);
}

// Nobody's messages come to a browser in which nobody is signed in; the push service tells the service.
async function endPush() {
  const page = await navigator.serviceWorker?.getRegistration("/diary/");
  await (await page?.pushManager?.getSubscription())?.unsubscribe();
}

if (localStorage.theme) root.dataset.theme = localStorage.theme;
document.getElementById("theme")?.addEventListener("click", toggleTheme);
document.addEventListener("keydown", onKeydown);
document.addEventListener("submit", sendOnce);
if (player) setUpPlayer();
if (container) {
  connect();
  setInterval(tick, 1000);
}
