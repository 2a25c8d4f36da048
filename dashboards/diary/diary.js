// The diary: how feet and legs feel, and in what somebody ran. What is said is shown at once, and sent when there is network.

import { PLACES, bodyMap } from "./body_map.js";
import { drop, keep as keepKnown, keepRunner, keptOf, lastRunner } from "./kept.js";
import { FORGOTTEN, Outbox } from "./outbox.js";
import { canPush, entry as pushEntry, subscribe, subscribed } from "./push.js";
import { ON_BONE, SIGNS, STIFFNESS_MIN, SUPPORT, SURFACE, TREND, WHEN, YES_NO } from "./words.js";

const query = new URLSearchParams(location.search);
const runner = query.get("runner") ?? lastRunner();
const asked = query.get("run") ?? "";
const NEXT_RUN = "next"; // what is said before a run, of the one that comes next
const element = (id) => document.getElementById(id);
const outbox = new Outbox(sent);
let known = keptOf(runner, asked); // what the service said last
let isShown = true; // unless the service has said that it shows nothing of this runner here
let draft = null; // the pain that is being told
let refused = "";
let pushed = null; // whether messages come to this browser; null where that is not known
let adding = false; // whether another pain is being told
let editing = ""; // the pain whose details are open
const LABELS = ["surface", "shoe", "support", "hills", "weights"]; // what one run has from the last
const unfolded = new Set(); // headings of what is open
const noticed = new Set(); // signs that are chosen and not kept yet
let shownLast = "";
let asks = 0;
let again; // the timer of the next question, where the last had no answer
let pressed = false;
let answered = false; // whether it is known of which run is asked, or that there is no network

const make = (name, attributes = {}, ...parts) => {
  const node = Object.assign(document.createElement(name), attributes);
  node.append(...parts.filter((part) => part !== null));
  return node;
};
const button = (text, action, pressed) => {
  const node = make("button", { type: "button", textContent: text });
  node.addEventListener("click", action);
  if (pressed !== undefined) node.setAttribute("aria-pressed", pressed);
  return node;
};
const PATIENCE_MS = 3000; // then what is known here is shown
const MAX_ANSWER_MS = 20_000; // a late answer is shown too
const AGAIN_MS = 5000;
const CLICK_MS = 50; // by which a click comes after its press
const newId = () => [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const localDay = (moment) => new Date(moment - moment.getTimezoneOffset() * 60000).toISOString().slice(0, 10);

// What is known: what the service said, and what it does not have yet

const NOBODY = { name: runner, run: asked, when: "", check_ins: [], labels: null, shoes: [], flags: [], plan: null };

const ownWaiting = () => outbox.waiting.filter((item) => item.runner === runner);

const state = () => (isShown ? ownWaiting() : []).reduce(after, structuredClone(known ?? NOBODY));

// What is known once an item of the outbox is.
function after(found, { method, kind, id, fields }) {
  if (kind === "check_in") {
    const place = found.check_ins.findIndex((each) => each.id === id);
    if (place >= 0) found.check_ins.splice(place, 1, ...(method === "POST" ? [fields] : []));
    else if (method === "POST") found.check_ins.push(fields);
  }
  if (kind === "labels") Object.assign(found, id === NEXT_RUN ? { next_labels: fields } : { labels: fields, labels_typed: true });
  if (kind === "seen") found.flags = [];
  if (kind === "shoe") found.shoes = [...found.shoes.filter((shoe) => shoe.id !== id), fields];
  return found;
}

function remember(found) {
  known = found;
  keepKnown(runner, asked, known);
  keepRunner(runner);
}

// Keep and show nothing of a runner, or of anybody, that the service said before.
function leave(whom, reason) {
  drop(whom);
  known = null;
  isShown = false;
  refused = reason;
}

async function refresh() {
  const asking = ++asks;
  clearTimeout(again);
  setTimeout(showKnown, PATIENCE_MS);
  try {
    const answer = await fetch(`/diary/of/${encodeURIComponent(runner)}?run=${encodeURIComponent(asked)}`, { redirect: "manual", signal: AbortSignal.timeout(MAX_ANSWER_MS) });
    const isSignedOut = answer.type === "opaqueredirect";
    if (isSignedOut || [403, 404, FORGOTTEN].includes(answer.status)) {
      leave(isSignedOut ? null : runner, isSignedOut ? "Sign in on the wall to see the diary." : await answer.text());
    } else if (answer.ok) {
      const found = await answer.json();
      if (asking !== asks) return; // it does not hold what was sent meanwhile
      if (!isShown) refused = "";
      isShown = true;
      remember(found);
    } else {
      askAgain();
    }
  } catch {
    askAgain(); // no network: what is known here is shown until then
  }
  showKnown();
}

function askAgain() {
  clearTimeout(again);
  again = setTimeout(refresh, AGAIN_MS);
}

function showKnown() {
  answered = true;
  show();
}

function sent(item, refusal) {
  if (refusal) refused = `This was not kept: ${refusal}`;
  else if (item && item.runner === runner) remember(after(structuredClone(known ?? NOBODY), item));
  asks++;
  if (ownWaiting().length) show();
  else refresh();
}

// Saying something

function checkIn(more) {
  const now = new Date();
  return { id: newId(), at_utc: now.toISOString(), day: localDay(now), when: "after", pains: [], signs: [], run: state().run || null, ...more };
}

function keep(said) {
  outbox.keep(runner, "check_in", said);
}

// Today's check-in, to which another pain is added; what was said on another day stays as it is.
function current() {
  const today = localDay(new Date());
  return state().check_ins.findLast((each) => each.day === today && typeof each.as_usual !== "boolean" && each.when !== "during");
}

// In a plan, how much it hurt while running is another number, which is kept as said of that moment.
function keepPain({ during, ...pain }) {
  if (during !== undefined) keep(checkIn({ pains: [{ ...pain, score: during }], when: "during" }));
  const before = current();
  keep(before ? { ...before, pains: [...before.pains, pain] } : checkIn({ pains: [pain], when: whenNow() }));
  draft = null;
  adding = false;
  show();
}

// As it is known now: it may have changed since it was drawn.
const latest = (said) => state().check_ins.find((each) => each.id === said.id) ?? said;

function changePain(drawn, index, change) {
  const said = latest(drawn);
  const pains = said.pains.map((pain, place) => (place === index ? { ...pain, ...change } : pain));
  keep({ ...said, pains });
  show();
}

// Whether something was said on the day of the run, and nothing yet of a later one.
function isMorningAfter() {
  const said = state().check_ins;
  return said.length > 0 && said.every((each) => each.day < localDay(new Date()));
}

const isMorning = () => whenNow() === "next_morning";
const whenNow = () => (state().check_ins.some((each) => each.as_usual === false) ? "next_morning" : "after");

// One question at a time

function question(text, ...parts) {
  return make("div", {}, make("h2", { textContent: text }), ...parts);
}

const answers = (words, chosen) => make("div", { className: "big" }, ...Object.entries(words).map(([key, text]) => button(text, () => chosen(key))));

function step() {
  const { check_ins: said, rolled } = state();
  if (draft) return painStep();
  if (adding) return placeStep();
  if (isMorningAfter()) return morningStep();
  if (!said.length) return firstStep();
  if (rolled && !said.some((each) => each.signs_asked)) return signsStep();
  return null;
}

function firstStep() {
  return question("Feet and legs?", make("div", { className: "big" },
    button("Nothing", () => { keep(checkIn({})); show(); }),
    button("Something", () => { adding = true; show(); })));
}

function morningStep() {
  const tell = (as_usual) => { keep(checkIn({ when: "next_morning", as_usual })); adding = !as_usual; show(); };
  return question("This morning?", make("div", { className: "big" }, button("As usual", () => tell(true)), button("Worse", () => tell(false))));
}

function placeStep() {
  const hurts = new Set(state().check_ins.flatMap((each) => each.pains.map((pain) => `${pain.foot} ${pain.place}`)));
  const chosen = (foot, place) => { draft = { foot, place }; show(); };
  const elsewhere = ["knee", "groin"].flatMap((place) => ["left", "right"].map((foot) => button(`${foot} ${place}`, () => chosen(foot, place))));
  return question("Where?", bodyMap(chosen, hurts), make("div", { className: "row" }, ...elsewhere), button("Back", () => { adding = false; show(); }));
}

function painStep() {
  const where = `${draft.foot} ${PLACES[draft.place]}`;
  const ask = (text, words, key, read = (value) => value) => question(`${where[0].toUpperCase()}${where.slice(1)}: ${text}`,
    answers(words, (value) => { draft = { ...draft, [key]: read(value) }; if (key === last) keepPain(draft); else show(); }), back());
  const last = isMorning() || !state().plan ? "trend" : "swollen";
  if (draft.on_bone === undefined) return ask("where exactly?", ON_BONE, "on_bone");
  if (draft.score === undefined) return numberStep(where); // of a morning, this is the last question
  if (draft.trend === undefined) return ask("while you ran it …", TREND, "trend");
  if (draft.during === undefined) return duringStep(where);
  return ask("swollen, more than before?", YES_NO, "swollen", (value) => value === "yes");
}

// In a plan both are asked, of the moment and of the run; either may be nothing.
function numberStep(where) {
  const inPlan = state().plan && !isMorning();
  return numbersStep(where, inPlan ? "how much now, of 10?" : "how much, of 10?", inPlan ? 0 : 1, (score) => {
    draft = { ...draft, score };
    if (isMorning()) keepPain(draft);
    else show();
  });
}

const duringStep = (where) => numbersStep(where, "how much while you ran, of 10?", 0, (during) => { draft = { ...draft, during }; show(); });

function numbersStep(where, text, least, chosen) {
  const numbers = Array.from({ length: 11 - least }, (_, index) => button(`${index + least}`, () => chosen(index + least)));
  return question(`${where[0].toUpperCase()}${where.slice(1)}: ${text}`, make("div", { className: "numbers" }, ...numbers), back());
}

const back = () => button("Back", () => { draft = null; show(); });

function signsStep() {
  const toggles = Object.entries(SIGNS).map(([sign, text]) => {
    const node = button(text, () => { noticed.delete(sign) || noticed.add(sign); node.setAttribute("aria-pressed", noticed.has(sign)); }, noticed.has(sign));
    return node;
  });
  const done = (signs) => { keep({ ...(current() ?? checkIn({})), signs, signs_asked: true }); show(); };
  return question("An ankle may have rolled in this run. Is any of this so?", make("div", { className: "big" }, ...toggles),
    make("div", { className: "row" }, button("None of these", () => done([])), button("Keep", () => done([...noticed]))));
}

// What was said, labels, and what comes next

function flagsSection() {
  const { flags } = state();
  const seen = () => { outbox.keep(runner, "seen", { id: newId(), day: localDay(new Date()) }); show(); };
  return flags.length ? [...flags.map((text) => make("p", { textContent: text })), button("Somebody has examined it", seen)] : [];
}

function saidSection() {
  const { check_ins: said } = state();
  if (!said.length) return isYours() || !isShown ? [] : [make("p", { textContent: "Nothing was said yet." })];
  const entries = said.flatMap((each) => entry(each));
  return [make("h3", { textContent: isYours() ? "You said" : "Said" }), ...entries, button("Add a pain", () => { adding = true; show(); })];
}

function entry(said) {
  const undo = button("Undo", () => { outbox.withdraw(runner, "check_in", said.id); show(); });
  if (typeof said.as_usual === "boolean") return [make("div", { className: "entry" }, said.as_usual ? "This morning as usual" : "This morning worse", undo)];
  const signs = said.signs.map((sign) => signEntry(said, sign));
  if (!said.pains.length) return signs.length ? [make("div", { className: "entry" }, "No pain"), ...signs] : [make("div", { className: "entry" }, "Nothing", undo)];
  return [...said.pains.map((pain, index) => painEntry(said, pain, index)), ...signs];
}

// Each sign is taken back by itself: nothing else that is undone takes a sign with it.
function signEntry(drawn, sign) {
  const remove = () => {
    const said = latest(drawn);
    keep({ ...said, signs: said.signs.filter((each) => each !== sign) });
    show();
  };
  const undo = button("Undo", remove);
  return make("div", { className: "entry" }, SIGNS[sign], undo);
}

function painEntry(said, pain, index) {
  const key = `${said.id} ${index}`;
  const words = [`${pain.foot} ${PLACES[pain.place]} ${pain.score} of 10`, ON_BONE[pain.on_bone]?.toLowerCase().replace("i don't know", "perhaps on the bone"), TREND[pain.trend]?.toLowerCase(), WHEN[said.when]];
  const remove = () => {
    const { signs, pains: all } = latest(said);
    const pains = all.filter((_, place) => place !== index);
    if (pains.length || signs.length) keep({ ...said, pains, signs });
    else outbox.withdraw(runner, "check_in", said.id);
    show();
  };
  const more = editing === key ? details(said, pain, index) : button("More", () => { editing = key; show(); });
  return make("div", { className: "entry" }, words.filter(Boolean).join(", "), button("Undo", remove), make("div", { className: "more" }, more));
}

function details(said, pain, index) {
  const change = (field) => (value) => changePain(said, index, { [field]: value });
  return make("div", { className: "more" },
    choice("It was there", WHEN, said.when, (when) => { keep({ ...latest(said), when }); show(); }),
    choice("Stiff in the morning", STIFFNESS_MIN, pain.stiffness_min, (value) => change("stiffness_min")(Number(value))),
    yesNo("Swollen?", pain.swollen, change("swollen")), yesNo("At night or at rest?", pain.at_rest, change("at_rest")));
}

function choice(text, words, value, changed) {
  const options = Object.entries(words).map(([key, word]) => make("option", { value: key, textContent: word, selected: `${key}` === `${value}` }));
  const node = make("select", {}, make("option", { value: "", textContent: "–", selected: value === undefined || value === null }), ...options);
  node.ariaLabel = text;
  node.addEventListener("change", () => node.value && changed(node.value));
  return make("label", {}, text, node);
}

const yesNo = (text, value, changed) => make("div", { className: "row" }, make("span", { textContent: text }),
  button("Yes", () => changed(true), value === true), button("No", () => changed(false), value === false));

// Before the run's first question is answered its labels are folded away; those of the next run always are.
function labelsSection() {
  const { labels_typed: typed, check_ins: said, run } = state();
  if (!run) return [];
  const proposed = !typed && LABELS.some((field) => field in labelsNow());
  const right = proposed ? button("That is right", () => { outbox.keep(runner, "labels", labelsNow()); show(); }) : null;
  const fields = [right, ...labelFields(labelsNow)];
  return said.length || !isYours() ? [make("h3", { textContent: "The run" }), ...fields] : [folded("The run: surface, shoes …", fields)];
}

const nextLabelsSection = () => [folded("Before the next run: surface, shoes …", labelFields(labelsAhead))];

const labelsNow = () => state().labels ?? { run: state().run };

function labelsAhead() {
  const { labels, next_labels: ahead } = state();
  const usual = Object.fromEntries(LABELS.filter((field) => field in (labels ?? {})).map((field) => [field, labels[field]]));
  return ahead ?? { ...usual, run: NEXT_RUN };
}

function folded(text, parts) {
  const node = make("details", { open: unfolded.has(text) }, make("summary", { textContent: text }), ...parts);
  node.addEventListener("toggle", () => { if (node.open) unfolded.add(text); else unfolded.delete(text); });
  return node;
}

function labelFields(labels) {
  const now = labels();
  const change = (field) => (value) => { outbox.keep(runner, "labels", { ...labels(), [field]: value }); show(); };
  const note = make("input", { value: now.note ?? "", maxLength: 500 });
  note.addEventListener("change", () => change("note")(note.value));
  return [choice("On", SURFACE, now.surface, change("surface")), shoeChoice(state().shoes, now.shoe, change("shoe")),
    choice("Ankle held by", SUPPORT, now.support, change("support")), yesNo("Hills?", now.hills, change("hills")),
    yesNo("Weights?", now.weights, change("weights")), yesNo("Painkiller?", now.painkiller, change("painkiller")),
    make("label", {}, "Note", note)];
}

function shoeChoice(shoes, chosen, changed) {
  const words = { ...Object.fromEntries(shoes.map((shoe) => [shoe.id, shoe.name])), new: "another pair …" };
  return choice("Shoes", words, chosen, (value) => {
    if (value !== "new") return changed(value);
    const name = prompt("What do you call them?")?.trim();
    if (!name) return show();
    const shoe = { id: newId(), name };
    outbox.keep(runner, "shoe", shoe);
    changed(shoe.id);
  });
}

function nextSection() {
  const { check_ins: said, flags, plan } = state();
  if (!said.length) return [];
  const hurts = said.some((each) => each.pains.length);
  const row = plan && !outbox.waiting.length && !flags.length ? plan.map((text) => make("p", { className: "plan", textContent: text })) : [];
  return [make("h3", { textContent: "Next" }), ...row, make("p", { textContent: flags.length
    ? "You are asked again tomorrow morning, whatever somebody has said until then."
    : hurts ? "You are asked again tomorrow morning: as usual, or worse." : "Kept. If something turns up later, add it here." })];
}

// Messages to this phone

function messagesSection() {
  if (!known?.push_key || pushed === null) return [];
  const text = pushed ? "Send no messages to this phone" : "Send messages to this phone";
  return [button(text, () => setPushed(!pushed).catch((error) => { refused = error.message; show(); }))];
}

async function setPushed(wanted) {
  const found = wanted ? await subscribe(known.push_key) : await subscribed();
  const told = found && (await pushEntry(found));
  if (wanted) outbox.keep(runner, "push", told);
  else if (told) outbox.withdraw(runner, "push", told.id);
  if (!wanted) await found?.unsubscribe();
  pushed = wanted;
  show();
}

async function lookForPush() {
  if (canPush()) pushed = Boolean(await subscribed());
  show();
}

function fill(id, parts) {
  const node = element(id);
  node.replaceChildren(...parts.filter((part) => part !== null));
  node.hidden = parts.length === 0;
}

// Somebody who is shown another's diary reads it, and says nothing in it.
const isYours = () => isShown && (known?.yours ?? true);

function readOnly() {
  for (const node of document.querySelectorAll("main button:not([aria-pressed])")) node.remove();
  for (const node of document.querySelectorAll("main button, main select, main input")) node.disabled = true;
}

// Nothing is drawn anew where nothing has changed, as somebody may be typing, nor while something is pressed; and nothing
// is asked before it is known of which run.
function show() {
  if (pressed || !answered) return;
  const shown = state();
  const all = JSON.stringify([shown, draft, adding, editing, refused, pushed, outbox.waiting.length, localDay(new Date())]);
  if (all === shownLast) return;
  shownLast = all;
  element("name").textContent = shown.name ?? "surefoot";
  element("when").textContent = shown.when;
  const waiting = ownWaiting().length;
  element("sending").textContent = refused || (waiting ? "Kept on this phone; sent when there is network." : "");
  const next = isYours() ? step() : null;
  element("step").replaceChildren(...(next ? [next] : []));
  fill("flags", adding || draft ? [] : flagsSection());
  fill("said", next ? [] : saidSection());
  const isFirst = next !== null && !draft && !adding && !shown.check_ins.length;
  fill("labels", (next && !isFirst) || !(isYours() || shown.labels_typed) ? [] : labelsSection());
  fill("ahead", next || !isYours() || !shown.run ? [] : nextLabelsSection());
  fill("next", next || !isYours() ? [] : nextSection());
  fill("messages", next || !isYours() ? [] : messagesSection());
  if (!isYours()) readOnly();
}

function release() {
  setTimeout(() => { pressed = false; show(); }, CLICK_MS);
}

addEventListener("pointerdown", () => { pressed = true; });
for (const name of ["pointerup", "pointercancel", "contextmenu", "blur"]) addEventListener(name, release);

function lead() {
  element("wall").href = `/runner/${encodeURIComponent(runner)}`;
  element("history").href = `${element("wall").href}/history`;
  element("plan").href = `${element("wall").href}/plan`;
}

if (runner) {
  lead();
  navigator.serviceWorker?.register("/diary/worker.js").catch(() => {});
  addEventListener("online", refresh);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && refresh());
  refresh().then(() => {
    outbox.send();
    lookForPush();
  });
} else {
  element("when").textContent = "Open this page by the link of a run.";
}
