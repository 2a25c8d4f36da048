// The page: buttons, the state of the pods, and what waits to be uploaded.

import { Cues } from "./cues.js";
import { Journals } from "./journal.js";
import { PodLink } from "./link.js";
import { BATTERY_SERVICE, POD_SERVICE, STORE_SERVICE } from "./profile.js";
import { Recording, newRun } from "./recording.js";
import { timedText } from "./timed.js";
import { Uploader } from "./upload.js";

const SOFTWARE = "surefoot phone";
const SHOW_MS = 500;
const LOCK_MS = 2000;
const GREETINGS = 3;
const GREET_AGAIN_MS = 1000;
const OPEN_AT = 95;
const RELOAD_S = 60; // a browser whose Bluetooth has got stuck begins anew
const STATES = { waiting: "Tap to go on", connecting: "Connecting", connected: "Connected", lost: "Out of reach", ended: "Done" };
const FORGOTTEN = "The service has forgotten who ran here; nothing of them is kept on this phone.";
const NO_BLUETOOTH = window.isSecureContext
  ? "This browser has no Web Bluetooth. Use Chrome on Android; with an iPhone let the pods keep the run, and sync at home."
  : "Web Bluetooth needs HTTPS. Open this page by its https address.";

const element = (id) => document.getElementById(id);
const card = (foot) => document.querySelector(`[data-foot="${foot}"]`);
const chosen = new Map(); // foot: {link, serial, foot} before the run
let journals, uploader, cues, wakeLock;
let recording = null;

// Pods

async function choose(foot) {
  const options = { filters: [{ services: [POD_SERVICE] }], optionalServices: [BATTERY_SERVICE, STORE_SERVICE] };
  const device = await navigator.bluetooth.requestDevice(options);
  if (recording) return goOn(foot, device);
  card(foot).querySelector(".state").textContent = STATES.connecting;
  const { link, info } = await greet(device);
  const worn = info.foot ?? foot;
  for (const [other, pod] of chosen) {
    if (pod.serial === info.serial) chosen.delete(other);
    else if (other === worn) pod.link.close();
  }
  chosen.set(worn, { link, serial: info.serial, foot: worn });
  if (worn !== foot) tell(`Pod ${info.serial} is set to the ${worn} foot.`);
}

// A link to a pod, and its info. The end of an earlier link may take the first one with it.
async function greet(device) {
  for (let attempt = 1; ; attempt++) {
    const link = new PodLink(device);
    try {
      await link.connect();
      return { link, info: await link.info() };
    } catch (error) {
      link.close();
      if (attempt === GREETINGS) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, GREET_AGAIN_MS));
  }
}

function goOn(foot, device) {
  const pod = recording.pods.find((each) => each.foot === foot);
  pod.assigned.device = device.id;
  pod.follow(device);
}

// After a reload: connect without a question where the browser knows the devices, else a tap on each card does.
async function goOnByItself() {
  const known = (await navigator.bluetooth?.getDevices?.()) ?? [];
  for (const pod of recording.pods) {
    const device = known.find((each) => each.id === pod.assigned.device);
    if (device) pod.follow(device);
  }
}

// The run

async function start() {
  const runner = element("runner").value.trim() || "runner";
  localStorage.setItem("runner", runner);
  if (!(await navigator.storage.persist())) tell("The browser may delete what it keeps when the phone is full.");
  const pods = [...chosen.values()].sort((a, b) => (a.foot < b.foot ? -1 : 1));
  const run = newRun(gatewayName(), runner, pods.map(({ link, ...pod }) => ({ ...pod, device: link.device.id })), SOFTWARE);
  begin(run);
  await recording.flushedBytes();
  recording.pods.forEach((pod, index) => pod.follow(pods[index].link.device, pods[index].link));
  chosen.clear();
}

function begin(run) {
  recording?.abandon();
  recording = new Recording(journals, run, (error) => tell(`This phone cannot keep the run: ${error.message}`));
  keepScreenOn();
}

async function end() {
  element("sure").showModal();
  await new Promise((resolve) => element("sure").addEventListener("close", resolve, { once: true }));
  if (element("sure").returnValue !== "end") return;
  await recording.end();
  uploader.wake();
  cues.say(uploader.state === "idle" ? "Run ended." : "Run ended. Recorded.");
}

// A black screen, which costs little and takes no touch of a leg for a button.
function hide() {
  element("open").value = 0;
  element("pocket").showModal();
}

function slide() {
  if (element("open").value >= OPEN_AT) element("pocket").close();
}

async function keepScreenOn() {
  const isWanted = recording && !recording.isClosed && document.visibilityState === "visible";
  if (!isWanted || !navigator.wakeLock || (wakeLock && !wakeLock.released)) return;
  wakeLock = await navigator.wakeLock.request("screen").catch(() => null);
}

// What is shown

function tell(text) {
  element("notice").textContent = text;
  element("notice").hidden = !text;
}

function showPod(foot) {
  const [section, pod] = [card(foot), recording?.pods.find((each) => each.foot === foot)];
  const [state, more, button] = [".state", ".more", "button"].map((name) => section.querySelector(name));
  const isOver = Boolean(recording?.isClosed);
  section.className = pod && !isOver ? pod.state : chosen.has(foot) ? "connected" : "";
  button.hidden = Boolean(recording && !isOver && (!pod || pod.state !== "waiting"));
  button.disabled = !navigator.bluetooth;
  button.textContent = pod && !isOver ? "Go on" : chosen.has(foot) ? "Another pod" : "Connect";
  if (pod && !(isOver && chosen.size)) {
    state.textContent = pod.isFinished ? STATES.ended : STATES[pod.state];
    const quietS = pod.lastPacketMs === null ? null : Math.round((performance.now() - pod.lastPacketMs) / 1000);
    more.textContent = [
      pod.batteryPct === null ? "" : `Battery ${pod.batteryPct} %`,
      quietS === null || isOver ? pod.problem : quietS < 2 ? "Packets now" : `Last packet ${quietS} s ago`,
      !isOver && quietS > RELOAD_S ? "If it is near, reload this page" : "",
    ].filter(Boolean).join("\n");
  } else {
    state.textContent = chosen.has(foot) ? chosen.get(foot).serial : recording && !isOver ? "Not in this run" : "No pod yet";
    more.textContent = chosen.has(foot) ? "Ready" : "";
  }
}

function size(bytes) {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

async function showUpload() {
  const waiting = await uploader.waitingBytes();
  const kept = waiting ? `${size(waiting)} on this phone only. ` : "";
  const isRunning = recording && !recording.isClosed;
  const texts = {
    idle: waiting ? `${kept}Uploading.` : isRunning ? "All of it is on the service." : "Nothing waits to be uploaded.",
    sending: `${kept}Uploading.`,
    offline: `${kept}No network: recorded here, uploaded later.`,
    "sign in": `${kept}Sign in on the wall to upload.`,
    refused: `${kept}${uploader.message}`,
  };
  if (uploader.forgotten && localStorage.getItem("runner") === uploader.forgotten) {
    localStorage.removeItem("runner");
    element("runner").value = "";
  }
  if (uploader.forgotten && !isRunning && !waiting) element("upload").textContent = FORGOTTEN;
  else element("upload").textContent = recording?.isSafe ? "The run is safe on the service." : texts[uploader.state];
}

function show() {
  for (const foot of ["left", "right"]) showPod(foot);
  const isRunning = Boolean(recording && !recording.isClosed);
  element("who").hidden = element("start").hidden = isRunning;
  element("start").disabled = !chosen.size;
  element("end").hidden = element("hide").hidden = !isRunning;
  element("end").disabled = Boolean(recording?.run.ended);
  element("end").textContent = recording?.run.ended ? "Ending" : "End the run";
  const passedS = isRunning ? Math.max(recording.clock.nowS, 0) : 0;
  element("time").textContent = isRunning ? clockText(passedS) : "";
  const timed = timedText((text) => cues.say(text));
  element("timed").textContent = timed;
  element("timed").hidden = !timed;
  element("pocketed").textContent = [element("time").textContent, timed].filter(Boolean).join(" · ");
}

function clockText(seconds) {
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const rest = `${String(minutes).padStart(2, "0")}:${String(Math.floor(seconds) % 60).padStart(2, "0")}`;
  return hours ? `${hours}:${rest}` : rest;
}

// Setting up

// What a button does, once where it is pressed again meanwhile.
function handled(action) {
  let isBusy = false;
  return async () => {
    if (isBusy) return;
    isBusy = true;
    tell("");
    try {
      await action();
    } catch (error) {
      if (error.name !== "NotFoundError") tell(error.message); // nothing was chosen
    }
    isBusy = false;
    show();
  };
}

function gatewayName() {
  const name = localStorage.getItem("gateway") ?? `phone-${crypto.randomUUID().slice(0, 8)}`;
  localStorage.setItem("gateway", name);
  return name;
}

async function setUp() {
  journals = await Journals.open();
  uploader = new Uploader(journals, () => recording, () => {});
  cues = new Cues(uploader, () => recording, () => element("speak").checked);
  element("runner").value ||= localStorage.getItem("runner") ?? ""; // somebody may have begun to type
  for (const foot of ["left", "right"]) card(foot).querySelector("button").onclick = handled(() => choose(foot));
  element("start").onclick = handled(start);
  element("end").onclick = handled(end);
  element("hide").onclick = hide;
  element("open").oninput = slide;
  document.addEventListener("visibilitychange", keepScreenOn);
  if (!navigator.bluetooth) tell(NO_BLUETOOTH);
  const open = (await journals.runs()).findLast((run) => !run.closed);
  if (open) {
    begin(open);
    await goOnByItself();
  }
  setInterval(show, SHOW_MS);
  setInterval(showUpload, SHOW_MS);
  show();
  await uploader.run();
}

element("timer").href = "/timer/"; // beside this page, which goes on recording

// Two pages would write to one journal: a second one waits.
const elsewhere = setTimeout(() => tell("surefoot is open in another tab of this browser; close it there."), LOCK_MS);
navigator.locks.request("surefoot phone", () => {
  clearTimeout(elsewhere);
  tell("");
  return setUp();
});
navigator.serviceWorker?.register("/phone/worker.js", { scope: "/phone/" });
