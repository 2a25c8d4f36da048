// The run in progress on this phone: its record, its journal, its pods.

import { SessionClock } from "./clock.js";
import { EVENT, MAGIC, endFrame, eventFrame } from "./frames.js";
import { JournalWriter } from "./journal.js";
import { Pod } from "./pod.js";

const GONE_MS = 20000;

const random = (bytes) => [...crypto.getRandomValues(new Uint8Array(bytes))].map((each) => each.toString(16).padStart(2, "0")).join("");

// A new run's record; `pods` are {serial, foot, device}. `gateway` is the phone's name: it goes to disk with the run, as
// under another name the run would be another one. `received` is what the service has acknowledged.
export function newRun(gateway, runner, pods, software) {
  const createdMs = Date.now();
  const stamp = new Date(createdMs).toISOString();
  return {
    id: `${stamp.slice(0, 19).replace(/[-:]/g, "")}Z-${random(4)}`,
    createdMs,
    gateway,
    runner,
    software,
    pods: pods.map(({ serial, foot, device }) => ({ serial, foot, device, boot: null, first: 0, ranges: [], mayRelease: false })),
    bytes: 0,
    received: 0,
    ended: false,
    closed: false,
    cue: 0,
  };
}

export function manifestOf(run) {
  return {
    format: 1,
    run: run.id,
    created_utc: new Date(run.createdMs).toISOString().replace("Z", "+00:00"),
    software: run.software,
    pods: run.pods.map(({ serial, foot }) => ({ serial, foot, runner: run.runner })),
    ended: false,
    parameters: {},
    sides_confirmed: [],
  };
}

export class Recording {
  isOnDisk = false; // all of a closed run

  constructor(journals, run, onError) {
    this.run = run;
    this.clock = new SessionClock(run.createdMs);
    this.writer = new JournalWriter(journals, run, onError);
    this.pods = run.pods.map((assigned, number) => new Pod(number, assigned, this));
    if (run.bytes) this.#continued();
    else this.write(MAGIC);
    if (run.ended) this.#closeWhenDone();
  }

  // Nothing is added to the journal any more.
  get isClosed() {
    return this.run.closed;
  }

  write(frame) {
    if (!this.run.closed) this.writer.append(frame);
  }

  nowS() {
    if (this.clock.hasSlept()) this.#continued();
    return this.clock.nowS;
  }

  // Length of the journal when all that is written so far is on disk.
  async flushedBytes() {
    await this.writer.flush();
    return this.run.bytes;
  }

  async end() {
    this.run.ended = true;
    await this.writer.flush();
    await this.#closeWhenDone();
  }

  // Leave the pods alone.
  abandon() {
    for (const pod of this.pods) pod.state = "ended";
  }

  // A pod that is out of reach is not waited for longer.
  async #closeWhenDone() {
    const sinceMs = performance.now();
    const gone = (pod) => pod.state !== "connected" && performance.now() - Math.max(sinceMs, pod.lastPacketMs) > GONE_MS;
    while (!this.pods.every((pod) => pod.isFinished || gone(pod))) await new Promise((resolve) => setTimeout(resolve, 200));
    this.write(endFrame(this.nowS()));
    this.run.closed = true;
    await this.writer.close();
    this.isOnDisk = true;
  }

  #continued() {
    for (const { number } of this.pods) this.write(eventFrame(number, this.clock.nowS, EVENT.CONTINUED));
  }
}
