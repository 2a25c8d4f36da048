// The pieces of a live page: patched in place, greyed out when old, and kept still where somebody points or types.

import { patchChildren } from "./patch.js";

const STALE_S = 6;
const SETTLE_MS = 10_000;
const MOVING_MS = 1000;
const MAX_PRESS_MS = 5000;
const URGENT_RANK = 2;

const container = document.getElementById("pieces");
const isSquad = container?.classList.contains("cards") ?? false;
const waiting = document.getElementById("waiting");
const state = { pending: null, order: [], ages: {}, urgent: false, inOrderMs: 0, pressedMs: -Infinity, movedMs: -Infinity };

// Shows a message of the event stream, at the end of a press if there is one: what is pressed must not move.

export function show(message) {
  state.pending = { ...message, pieces: { ...state.pending?.pieces, ...message.pieces } };
  if (!isPressed()) showPending();
}

function showPending() {
  const message = state.pending;
  if (!message) return;
  Object.assign(state, { pending: null, order: message.order, ages: message.ages });
  for (const [name, html] of Object.entries(message.pieces)) renderPiece(name, html);
  orderPieces();
}

function renderPiece(name, html) {
  const [piece, wanted] = [pieceElement(name), document.createElement("template")];
  const [isNew, before] = [!piece.hasChildNodes(), rank(piece)];
  wanted.innerHTML = html;
  const age = wanted.content.querySelector(".age");
  if (age) age.textContent = piece.querySelector(".age")?.textContent ?? "";
  patchChildren(piece, wanted.content);
  const rises = !isNew && rank(piece) > before;
  if (rank(piece) !== before) piece.classList.toggle("news", rises);
  state.urgent ||= rises && rank(piece) >= URGENT_RANK;
}

function pieceElement(name) {
  const existing = container.querySelector(`[data-piece="${CSS.escape(name)}"]`);
  if (existing) return existing;
  const created = document.createElement("div");
  created.dataset.piece = name;
  container.append(created);
  return created;
}

const rank = (piece) => Number(piece.firstElementChild?.className.match(/rank-(\d)/)?.[1] ?? 0);

// The order follows at once where somebody needs a look, comes or goes, and else when it has settled; never under a
// hand or around the focus.

function orderPieces() {
  if (!isSquad) return;
  const shown = [...container.children].map((piece) => piece.dataset.piece);
  const isInOrder = shown.join("\n") === state.order.join("\n");
  if (isInOrder) [state.urgent, state.inOrderMs] = [false, performance.now()];
  const isSameSquad = shown.length === state.order.length && shown.every((name) => state.order.includes(name));
  const matters = !isInOrder && (state.urgent || !isSameSquad || performance.now() - state.inOrderMs > SETTLE_MS);
  const isFocused = container.contains(document.activeElement);
  waiting.hidden = !(matters && isFocused);
  if (matters && !isFocused && !isPressed() && performance.now() - state.movedMs > MOVING_MS) placePieces();
}

function placePieces() {
  for (const piece of [...container.children]) if (!state.order.includes(piece.dataset.piece)) piece.remove();
  state.order.forEach((name, index) => {
    const piece = pieceElement(name);
    if (container.children[index] !== piece) container.insertBefore(piece, container.children[index] ?? null);
  });
  [state.urgent, state.inOrderMs] = [false, performance.now()];
}

const isPressed = () => performance.now() - state.pressedMs < MAX_PRESS_MS;

function release() {
  state.pressedMs = -Infinity;
  setTimeout(showPending); // after the click
}

// Age of what is shown; `sinceS` is the time since the last message.

export function markAges(sinceS) {
  if (isPressed()) return;
  showPending();
  orderPieces();
  for (const [name, known] of Object.entries(state.ages)) markAge(pieceElement(name), known === null ? null : known + sinceS);
  if (!isSquad) container.classList.toggle("stale", pieceElement("head").classList.contains("stale"));
}

function markAge(piece, ageS) {
  const stale = ageS !== null && ageS > STALE_S;
  piece.classList.toggle("stale", stale);
  const [label, text] = [piece.querySelector(".age"), stale ? ageText(ageS) : ""];
  if (label && label.textContent !== text) label.textContent = text;
}

function ageText(seconds) {
  if (seconds < 60) return `${Math.round(seconds)} s ago`;
  return seconds < 3600 ? `${Math.floor(seconds / 60)} min ago` : `${Math.floor(seconds / 3600)} h ago`;
}

container?.addEventListener("pointerdown", () => (state.pressedMs = performance.now()));
container?.addEventListener("pointermove", () => (state.movedMs = performance.now()));
for (const name of ["pointerup", "pointercancel", "contextmenu", "dragend", "blur"]) addEventListener(name, release);
