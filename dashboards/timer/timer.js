// The timer: what now, for how long, and what comes next, by a plan's row or one typed in. Works without network and pods.

import { signal, isSilent } from "./signals.js";
import { MINUTE_S, clockText, cues, lengthWords, moment, stretches } from "./timeline.js";
import { SIGNALS, Timing } from "./timing.js";

const TICK_MS = 200;
const TELL_MS = 20_000;
const PATIENCE_MS = 8000;
const MAX_S = 6 * 3600;

const query = new URLSearchParams(location.search);
const runner = query.get("runner") ?? localStorage.getItem("surefoot timer runner");
const PLANNED = `surefoot timer planned ${runner}`;
const element = (id) => document.getElementById(id);
const timing = new Timing();
let planned = JSON.parse(localStorage.getItem(PLANNED) ?? "null"); // what the service said last
let session = []; // stretches of what is timed
let wakeLock = null;
let toldMs = -Infinity;

const localDay = (moment) => new Date(moment - moment.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
const chosen = () => ({ sounds: element("sounds").checked, buzzes: element("buzzes").checked });

// The plan's next row

async function ask() {
  if (!runner) return;
  try {
    const answer = await fetch(`/timer/of/${encodeURIComponent(runner)}`, { redirect: "error", signal: AbortSignal.timeout(PATIENCE_MS) });
    if (!answer.ok) return;
    const found = await answer.json();
    planned = found && { ...found, asked: localDay(new Date()) };
    localStorage.setItem(PLANNED, JSON.stringify(planned));
  } catch {
    // no network: what was said last is shown
  }
  show();
}

// Where the session is, for the wall; nothing waits for it, as only the newest counts.
async function tell() {
  toldMs = Date.now();
  if (!runner || !timing.state) return;
  const { row, walkFirstS: walk_first_s, isOver } = timing.state;
  const { runs, run_s, walk_s } = row;
  const body = { row: { runs, run_s, walk_s }, walk_first_s, passed_s: passedS(), is_paused: timing.isPaused, is_over: isOver };
  try {
    await fetch(`/timer/of/${encodeURIComponent(runner)}`, { method: "POST", body: JSON.stringify(body), redirect: "error", signal: AbortSignal.timeout(PATIENCE_MS) });
  } catch {
    // no network: the next one tells all of it
  }
}

// The session

const minutes = (id) => Math.round(MINUTE_S * element(id).valueAsNumber);

function start(row) {
  if (!element("walk-first").reportValidity()) return;
  timing.start(row, minutes("walk-first"));
  keepScreenOn();
  tick();
  tell();
}

const passedS = () => (timing.state.isOver ? timing.state.passedS : timing.passedS);

function end() {
  timing.end();
  wakeLock?.release();
  tell();
  show();
}

async function askWhetherToEnd() {
  element("sure").showModal();
  await new Promise((resolve) => element("sure").addEventListener("close", resolve, { once: true }));
  if (element("sure").returnValue === "end" && timing.isOn) end();
}

function pauseOrGoOn() {
  if (timing.isPaused) timing.goOn();
  else timing.pause();
  tell();
  show();
}

async function keepScreenOn() {
  if (!timing.isOn || document.visibilityState !== "visible" || (wakeLock && !wakeLock.released)) return;
  wakeLock = (await navigator.wakeLock?.request("screen").catch(() => null)) ?? null;
}

function tick() {
  timing.refresh();
  if (timing.isOn) {
    session = stretches(timing.state.row, timing.state.walkFirstS);
    const cue = timing.isPaused ? null : timing.due(cues(session));
    if (cue) {
      signal(cue.kind, chosen());
      if (cue.words) element("said").textContent = cue.words;
    }
    if (passedS() >= session.at(-1).endS) end(); // also where another page gave the last cue
    if (Date.now() - toldMs > TELL_MS) tell();
  }
  show();
}

// What is shown

function show() {
  const { isOn } = timing;
  if (timing.state) session = stretches(timing.state.row, timing.state.walkFirstS);
  const isOver = Boolean(timing.state?.isOver);
  element("on").hidden = !isOn;
  element("over").hidden = !isOver;
  element("by-hand").hidden = element("first").hidden = isOn || isOver;
  element("planned").hidden = isOn || isOver || !planned;
  if (planned) showPlanned();
  if (isOn) showSession();
  if (isOver) showEnd();
}

function showPlanned() {
  const today = localDay(new Date());
  element("row").textContent = planned.words;
  element("from").textContent = planned.asked === today ? planned.sentence : `As it was known on ${planned.asked}: ${planned.sentence}`;
  showLinks();
  element("start-planned").hidden = !planned.row || today < planned.from_day;
}

function showSession() {
  const { now, then, leftS } = moment(session, passedS());
  if (!now) return;
  element("on").className = now.doing;
  element("doing").textContent = now.doing === "run" ? `Run ${now.number} of ${now.of}` : "Walk";
  element("left").textContent = clockText(leftS);
  element("left").className = timing.isPaused ? "paused" : "";
  element("then").textContent = timing.isPaused ? "Paused" : then ? `then ${then.doing} ${lengthWords(then.endS - then.startS)}` : "then done";
  element("progress").value = passedS() / session.at(-1).endS;
  element("rest").textContent = `${clockText(session.at(-1).endS - passedS())} in all`;
  element("pause").textContent = timing.isPaused ? "Go on" : "Pause";
  element("silent").hidden = !(chosen().sounds && isSilent());
}

function showEnd() {
  const runs = session.filter((each) => each.doing === "run");
  const done = runs.filter((each) => each.endS <= passedS()).length;
  element("how-far").textContent = done === runs.length ? `Done: ${done} of ${done} runs by the clock.` : `Ended: ${done} of ${runs.length} runs by the clock.`;
}

function again() {
  timing.forget();
  show();
}

// Setting up

function fillIn() {
  const given = { runs: query.get("runs"), run: query.get("run_s") / MINUTE_S, walk: query.get("walk_s") / MINUTE_S };
  if (given.runs && given.run) for (const [id, value] of Object.entries(given)) element(id).value = value;
  const kept = JSON.parse(localStorage.getItem(SIGNALS) ?? "{}");
  for (const id of ["sounds", "buzzes"]) element(id).checked = kept[id] ?? true;
}

const typed = () => ({ runs: element("runs").valueAsNumber, run_s: minutes("run"), walk_s: minutes("walk") });

const workout = ({ runs, run_s, walk_s }) =>
  `/timer/workout.fit?${new URLSearchParams({ runs, run_s, walk_s, walk_first_s: minutes("walk-first") || 0 })}`;

function checkLength() {
  const { runs, run_s, walk_s } = typed();
  element("runs").setCustomValidity(runs * (run_s + walk_s) > MAX_S ? `At most ${MAX_S / 3600} h in all.` : "");
}

// The service writes it, so that these links need network.
function showLinks() {
  element("fit").href = workout(typed());
  element("fit-planned").hidden = !planned?.row;
  if (planned?.row) element("fit-planned").href = workout(planned.row);
}

for (const id of ["by-hand", "first"]) element(id).addEventListener("input", showLinks);
element("by-hand").addEventListener("input", checkLength);
element("by-hand").addEventListener("submit", (event) => {
  event.preventDefault();
  start(typed());
});
element("start-planned").addEventListener("click", () => start(planned.row));
element("pause").addEventListener("click", pauseOrGoOn);
element("end").addEventListener("click", askWhetherToEnd);
element("again").addEventListener("click", again);
element("signals").addEventListener("change", () => localStorage.setItem(SIGNALS, JSON.stringify(chosen())));
document.addEventListener("visibilitychange", keepScreenOn);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && ask());
window.addEventListener("online", () => { ask(); tell(); });
fillIn();
showLinks();
keepScreenOn();
if (runner) {
  localStorage.setItem("surefoot timer runner", runner);
  element("wall").href = `/runner/${encodeURIComponent(runner)}`;
  element("diary").href = `/diary/?runner=${encodeURIComponent(runner)}`;
  ask();
}
navigator.serviceWorker?.register("/timer/worker.js").catch(() => {});
show();
setInterval(tick, TICK_MS);
