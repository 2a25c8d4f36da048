// Uploads the journals of all runs on this phone, by offset, and removes a run once the service has confirmed its end.

import { manifestOf } from "./recording.js";

const MAX_BLOCK_BYTES = 1 << 18;
const MIN_BLOCK_BYTES = 1 << 12;
const IDLE_MS = 2000;
const RETRY_MS = [1000, 2000, 4000, 8000];
const TIMEOUT_MS = 9000; // the service waits 10 s for a block; on a slow network a smaller one comes through

const NO_SERVICE = "This wall takes no recordings; open the page from surefoot serve.";

class NotSent extends Error {
  constructor(state, message) {
    super(message);
    this.state = state;
  }
}

export class Uploader {
  forgotten = ""; // the runner of a run that was removed, as the service has forgotten them
  state = "idle"; // idle, sending, offline, sign in, refused
  message = "";
  #known = new Set(); // runs whose manifest the service has
  #blockBytes = MAX_BLOCK_BYTES;
  #wakeUp = () => {};

  // `current()` is the recording in progress, if any; `onChange` is called after each change of state.
  constructor(journals, current, onChange) {
    Object.assign(this, { journals, current, onChange });
    addEventListener("online", () => this.wake());
  }

  async run() {
    for (let failures = 0; ; ) {
      try {
        await this.#uploadAll();
        failures = 0;
        this.#become("idle");
      } catch (error) {
        if (!(error instanceof NotSent)) console.error(error);
        this.#known.clear();
        if (error.state === "sign in") await this.#askWhetherForgotten().catch(() => null);
        this.#become(error.state ?? "refused", error.message); // with what the service has, it goes on from there
        failures++;
      }
      await this.#pause(failures ? RETRY_MS[Math.min(failures, RETRY_MS.length) - 1] : IDLE_MS);
    }
  }

  // Do not wait for the next attempt.
  wake() {
    this.#wakeUp();
  }

  // Bytes of all runs that the service has not acknowledged.
  async waitingBytes() {
    return (await this.#runs()).reduce((total, run) => total + run.bytes - run.received, 0);
  }

  // A request about a run to the service; `NotSent` says why there is no answer to use.
  async ask(run, method, path, body, accepted = []) {
    const headers = { "Surefoot-Gateway": run.gateway };
    const options = { method, body, headers, redirect: "manual", cache: "no-store", signal: AbortSignal.timeout(TIMEOUT_MS) };
    let answer;
    try {
      answer = await fetch(`/gateway${path}`, options);
    } catch {
      throw new NotSent("offline", "The service cannot be reached.");
    }
    if (answer.ok || accepted.includes(answer.status)) return answer;
    if (answer.type === "opaqueredirect" || answer.status === 401) throw new NotSent("sign in", "Sign in to upload.");
    if (path === "/runs" && answer.status === 404) throw new NotSent("refused", NO_SERVICE);
    const { error } = await answer.json().catch(() => ({ error: "The service is not ready." }));
    throw new NotSent("refused", error);
  }

  async #runs() {
    const current = this.current()?.run;
    return (await this.journals.runs()).map((run) => (run.id === current?.id ? current : run));
  }

  async #uploadAll() {
    for (const run of await this.#runs()) await this.#upload(run);
  }

  async #upload(run) {
    if (!this.#known.has(run.id) && (await this.#introduce(run))) return;
    while (run.received < run.bytes) await this.#sendBlock(run);
    const isCurrent = this.current()?.run === run;
    if (!(isCurrent ? this.current().isOnDisk : run.closed) || run.received < run.bytes) return;
    const answer = await this.ask(run, "POST", `/runs/${run.id}/end`);
    if ((await answer.json()).forgotten) return this.#forget(run);
    await this.journals.remove(run.id);
    if (isCurrent) this.current().isSafe = true;
  }

  // Whether the run is not to be sent, as its runner is forgotten.
  async #introduce(run) {
    const { received, forgotten } = await (await this.ask(run, "POST", "/runs", JSON.stringify(manifestOf(run)))).json();
    if (forgotten && !this.#isRecorded(run)) return this.#forget(run);
    run.received = received;
    this.#known.add(run.id);
    return false;
  }

  // A device of somebody who is forgotten is not signed in any more, and may still ask of whom.
  async #askWhetherForgotten() {
    for (const run of await this.#runs()) {
      if (this.#isRecorded(run)) continue;
      const answer = await this.ask(run, "POST", "/forgotten", JSON.stringify(manifestOf(run)));
      if ((await answer.json()).forgotten) await this.#forget(run);
    }
  }

  #isRecorded(run) {
    return this.current()?.run === run && !run.closed;
  }

  async #forget(run) {
    await this.journals.remove(run.id);
    this.forgotten = run.runner;
    this.onChange();
    return true;
  }

  async #sendBlock(run) {
    this.#become("sending");
    const block = await this.journals.read(run.id, run.received, this.#blockBytes);
    this.#blockBytes = Math.max(this.#blockBytes / 2, MIN_BLOCK_BYTES); // unless it comes through
    const answer = await this.ask(run, "PUT", `/runs/${run.id}/journal?offset=${run.received}`, block);
    this.#blockBytes = Math.min(this.#blockBytes * 4, MAX_BLOCK_BYTES);
    run.received = (await answer.json()).received;
    this.onChange();
  }

  #become(state, message = "") {
    Object.assign(this, { state, message });
    this.onChange();
  }

  #pause(ms) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wakeUp = () => (clearTimeout(timer), resolve());
    });
  }
}
