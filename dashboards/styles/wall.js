// Puts the pieces that the server sends into the page, and makes old values look old. Numbers, words and drawings come
// from the server as they are; nothing is computed here.

const STALE_S = 6;
const RETRY_MS = 1000;

const root = document.documentElement;
const place = document.getElementById("pieces");
const link = document.getElementById("link");
const player = document.getElementById("player");
const state = { ages: {}, heard: 0, source: null, at: null, ended: false, playing: true, held: false, over: false };
const kept = `replay ${location.pathname.split("/")[2]}`;

// What is shown

function holder(name) {
  const ready = place.querySelector(`[data-piece="${CSS.escape(name)}"]`);
  if (ready) return ready;
  const made = document.createElement("div");
  made.dataset.piece = name;
  place.append(made);
  return made;
}

const rank = (piece) => Number(piece.firstElementChild?.className.match(/rank-(\d)/)?.[1] ?? 0);

function put(name, html) {
  const piece = holder(name);
  const focused = piece.contains(document.activeElement);
  const [known, before] = [piece.hasChildNodes(), rank(piece)];
  piece.innerHTML = html;
  if (rank(piece) !== before) piece.classList.toggle("news", known && rank(piece) > before);
  if (focused) piece.querySelector("a, button, [tabindex]")?.focus({ preventScroll: true });
}

function arrange(order) {
  if (!place.classList.contains("cards")) return;
  const wanted = new Set(order);
  for (const piece of [...place.children]) if (!wanted.has(piece.dataset.piece)) piece.remove();
  order.forEach((name, index) => {
    const piece = holder(name);
    if (place.children[index] === piece) return;
    const focused = piece.contains(document.activeElement) ? document.activeElement : null;
    place.insertBefore(piece, place.children[index] ?? null);
    focused?.focus({ preventScroll: true });
  });
}

function show(message) {
  for (const [name, html] of Object.entries(message.pieces)) put(name, html);
  arrange(message.order);
  state.ages = message.ages;
  state.heard = performance.now();
  document.getElementById("clock").textContent = message.clock;
  if (message.alert) document.getElementById("alert").textContent = message.alert;
  if (message.at !== undefined) follow(message);
  age();
}

function words(seconds) {
  if (seconds < 60) return `${Math.round(seconds)} s ago`;
  return seconds < 3600 ? `${Math.floor(seconds / 60)} min ago` : `${Math.floor(seconds / 3600)} h ago`;
}

function age() {
  const since = state.heard ? (performance.now() - state.heard) / 1000 : 0;
  for (const [name, known] of Object.entries(state.ages)) {
    const piece = holder(name);
    const old = known === null ? null : known + (player ? 0 : since);
    const stale = old !== null && old > STALE_S;
    piece.classList.toggle("stale", stale);
    const told = piece.querySelector(".age");
    if (told) told.textContent = stale ? words(old) : "";
  }
  if (place && !place.classList.contains("cards")) place.classList.toggle("stale", holder("head").classList.contains("stale"));
}

// The connection

function say(text, lost) {
  if (link.textContent !== text) link.textContent = text;
  link.classList.toggle("lost", lost);
  root.classList.toggle("lost", lost);
}

function address() {
  const url = new URL(place.dataset.events, location.href);
  if (player) {
    if (state.at !== null) url.searchParams.set("at", state.at);
    url.searchParams.set("speed", state.playing ? document.getElementById("speed").value : 0);
  }
  return url;
}

function listen() {
  state.source?.close();
  const source = (state.source = new EventSource(address()));
  source.onopen = () => {
    state.over = false;
    say(player ? "replay" : "live", false);
  };
  source.addEventListener("over", () => (state.over = true));
  source.onmessage = (event) => show(JSON.parse(event.data));
  source.onerror = () => {
    source.close();
    if (state.source === source) again();
  };
}

async function again() {
  say(state.over ? "surefoot has ended" : "connection lost, trying again", true);
  await new Promise((done) => setTimeout(done, RETRY_MS));
  try {
    const answer = await fetch(place.dataset.events.replace(/events.*/, "") || "/", { redirect: "manual" });
    if (answer.type === "opaqueredirect") return location.reload();
  } catch {
    return again();
  }
  listen();
}

// Replay

function follow(message) {
  state.at = message.at;
  state.ended = message.ended;
  keep();
  if (!state.held) document.getElementById("place").value = message.at;
  document.getElementById("at").textContent = message.clock;
  if (message.ended) play(false, false);
}

// The place in a replay stays the same from everybody to one runner and back.

function keep() {
  const speed = document.getElementById("speed").value;
  sessionStorage.setItem(kept, JSON.stringify({ at: state.ended ? null : state.at, speed, playing: state.playing }));
}

function resume() {
  const before = JSON.parse(sessionStorage.getItem(kept));
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
  keep();
  listen();
}

function control() {
  const slider = document.getElementById("place");
  player.addEventListener("submit", (event) => event.preventDefault());
  document.getElementById("play").addEventListener("click", () => play(!state.playing));
  document.getElementById("speed").addEventListener("change", listen);
  slider.addEventListener("input", () => (state.held = true));
  slider.addEventListener("change", () => {
    state.held = false;
    state.at = Number(slider.value);
    listen();
  });
  resume();
}

// Keys and colours

function move(step) {
  const cards = [...document.querySelectorAll(".card")];
  const here = cards.indexOf(document.activeElement);
  cards[Math.min(Math.max(here + step, 0), cards.length - 1)]?.focus();
}

function columns() {
  return place ? getComputedStyle(place).gridTemplateColumns.split(" ").length : 1;
}

function keyed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, select")) return;
  const acts = {
    ArrowRight: () => move(1),
    ArrowLeft: () => move(-1),
    ArrowDown: () => move(columns()),
    ArrowUp: () => move(-columns()),
    Escape: () => document.getElementById("up")?.click(),
    t: paint,
    " ": () => player && !event.target.matches("button, a, summary") && (event.preventDefault(), play(!state.playing)),
  };
  const cards = place?.classList.contains("cards");
  if (event.key.startsWith("Arrow") && !cards) return;
  if (event.key.startsWith("Arrow")) event.preventDefault();
  acts[event.key]?.();
}

function paint() {
  const dark = getComputedStyle(root).colorScheme === "dark"
    || (!root.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches);
  root.dataset.theme = localStorage.theme = dark ? "light" : "dark";
}

if (localStorage.theme) root.dataset.theme = localStorage.theme;
document.getElementById("theme")?.addEventListener("click", paint);
document.addEventListener("keydown", keyed);
if (player) control();
if (place) {
  listen();
  setInterval(age, 1000);
}
