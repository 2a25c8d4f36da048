// Inserts the pieces of HTML that the server sends and greys out stale values. Nothing is computed here: numbers, words
// and drawings come from the server as they are.

const STALE_S = 6;
const RETRY_MS = 1000;

const root = document.documentElement;
const container = document.getElementById("pieces");
const link = document.getElementById("link");
const player = document.getElementById("player");
const state = { ages: {}, receivedMs: 0, source: null, at: null, ended: false, playing: true, dragging: false, serverClosed: false };
const storageKey = `replay ${location.pathname.split("/")[2]}`;

// Pieces and their age

function pieceElement(name) {
  const existing = container.querySelector(`[data-piece="${CSS.escape(name)}"]`);
  if (existing) return existing;
  const created = document.createElement("div");
  created.dataset.piece = name;
  container.append(created);
  return created;
}

const rank = (piece) => Number(piece.firstElementChild?.className.match(/rank-(\d)/)?.[1] ?? 0);

function renderPiece(name, html) {
  const piece = pieceElement(name);
  const focused = piece.contains(document.activeElement);
  const [known, before] = [piece.hasChildNodes(), rank(piece)];
  piece.innerHTML = html;
  if (rank(piece) !== before) piece.classList.toggle("news", known && rank(piece) > before);
  if (focused) piece.querySelector("a, button, [tabindex]")?.focus({ preventScroll: true });
}

function orderPieces(order) {
  if (!container.classList.contains("cards")) return;
  const wanted = new Set(order);
  for (const piece of [...container.children]) if (!wanted.has(piece.dataset.piece)) piece.remove();
  order.forEach((name, index) => {
    const piece = pieceElement(name);
    if (container.children[index] === piece) return;
    const focused = piece.contains(document.activeElement) ? document.activeElement : null;
    container.insertBefore(piece, container.children[index] ?? null);
    focused?.focus({ preventScroll: true });
  });
}

function applyMessage(message) {
  for (const [name, html] of Object.entries(message.pieces)) renderPiece(name, html);
  orderPieces(message.order);
  state.ages = message.ages;
  state.receivedMs = performance.now();
  document.getElementById("clock").textContent = message.clock;
  if (message.alert) document.getElementById("alert").textContent = message.alert;
  if (message.at !== undefined) updatePlayer(message);
  markStale();
}

function ageText(seconds) {
  if (seconds < 60) return `${Math.round(seconds)} s ago`;
  return seconds < 3600 ? `${Math.floor(seconds / 60)} min ago` : `${Math.floor(seconds / 3600)} h ago`;
}

function markStale() {
  const since = state.receivedMs ? (performance.now() - state.receivedMs) / 1000 : 0;
  for (const [name, known] of Object.entries(state.ages)) {
    const piece = pieceElement(name);
    const old = known === null ? null : known + (player ? 0 : since);
    const stale = old !== null && old > STALE_S;
    piece.classList.toggle("stale", stale);
    const label = piece.querySelector(".age");
    if (label) label.textContent = stale ? ageText(old) : "";
  }
  if (container && !container.classList.contains("cards")) container.classList.toggle("stale", pieceElement("head").classList.contains("stale"));
}

// Connection to the event stream

function showLinkStatus(text, lost) {
  if (link.textContent !== text) link.textContent = text;
  link.classList.toggle("lost", lost);
  root.classList.toggle("lost", lost);
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
    showLinkStatus(player ? "replay" : "live", false);
  };
  source.addEventListener("over", () => (state.serverClosed = true));
  source.onmessage = (event) => applyMessage(JSON.parse(event.data));
  source.onerror = () => {
    source.close();
    if (state.source === source) reconnect();
  };
}

async function reconnect() {
  showLinkStatus(state.serverClosed ? "surefoot has stopped" : "connection lost, reconnecting", true);
  await new Promise((done) => setTimeout(done, RETRY_MS));
  try {
    const answer = await fetch(container.dataset.events.replace(/events.*/, "") || "/", { redirect: "manual" });
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
  const cards = [...document.querySelectorAll(".card")];
  const here = cards.indexOf(document.activeElement);
  cards[Math.min(Math.max(here + step, 0), cards.length - 1)]?.focus();
}

function columns() {
  return container ? getComputedStyle(container).gridTemplateColumns.split(" ").length : 1;
}

function onKeydown(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, select")) return;
  const acts = {
    ArrowRight: () => focusCard(1),
    ArrowLeft: () => focusCard(-1),
    ArrowDown: () => focusCard(columns()),
    ArrowUp: () => focusCard(-columns()),
    Escape: () => document.getElementById("up")?.click(),
    t: toggleTheme,
    " ": () => player && !event.target.matches("button, a, summary") && (event.preventDefault(), play(!state.playing)),
  };
  const cards = container?.classList.contains("cards");
  if (event.key.startsWith("Arrow") && !cards) return;
  if (event.key.startsWith("Arrow")) event.preventDefault();
  acts[event.key]?.();
}

function toggleTheme() {
  const dark = getComputedStyle(root).colorScheme === "dark"
    || (!root.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches);
  root.dataset.theme = localStorage.theme = dark ? "light" : "dark";
}

if (localStorage.theme) root.dataset.theme = localStorage.theme;
document.getElementById("theme")?.addEventListener("click", toggleTheme);
document.addEventListener("keydown", onKeydown);
if (player) setUpPlayer();
if (container) {
  connect();
  setInterval(markStale, 1000);
}
