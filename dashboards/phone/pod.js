// One pod of a run: connects and reconnects, writes what it sends to the journal, asks for what is missing, and tells it
// what is safe.

import { EVENT, eventFrame, lostFrame, packetFrame, podFrame } from "./frames.js";
import { Heard } from "./heard.js";
import { PodLink } from "./link.js";
import { OPCODE, RESULT, bytesOf, parsePacket, withNewest } from "./profile.js";

const RETRY_MS = [500, 1000, 2000, 4000, 8000];
const STABLE_MS = 30000;
const WATCH_MS = 250;
const STALL_MS = 10000;
const MAX_REQUEST_PACKETS = 32;
const RESPONSE_MS = 2000;
const MAX_ATTEMPTS = 5;
const BATTERY_MS = 60000;
const CONNECTION_MS = 60000;
const SAFE_MS = 30000;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export class Pod {
  state = "waiting"; // waiting, connecting, connected, lost, ended
  batteryPct = null;
  lastPacketMs = null;
  problem = "";
  isFinished = false; // stopped at the end of the run, and all of it fetched

  // `assigned` is the pod's part of the run's record, which goes to disk with the journal.
  constructor(number, assigned, recording) {
    this.number = number;
    this.assigned = assigned;
    this.recording = recording;
    this.heard = assigned.boot === null ? null : new Heard(assigned.first, assigned.ranges);
  }

  get foot() {
    return this.assigned.foot;
  }

  get isDone() {
    return this.state === "ended" || (this.recording.isClosed && !this.assigned.mayRelease);
  }

  // Stay connected to a device until the run has ended and the pod knows what is safe; `link` may be up already.
  async follow(device, link = new PodLink(device)) {
    if (this.state !== "waiting") return;
    this.state = "connecting";
    for (let attempt = 0; !this.isDone; attempt++) {
      const sinceMs = performance.now();
      try {
        if (!link.isUp) await link.connect();
        await this.#greet(link);
        await this.#watch(link);
      } catch (error) {
        this.#onLost(error);
      }
      link.close();
      link = new PodLink(device);
      if (performance.now() - sinceMs > STABLE_MS) attempt = 0;
      if (!this.isDone) await pause(RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)]);
    }
    this.state = "ended";
  }

  #onLost(error) {
    this.problem = error.message;
    if (this.state === "connected") this.#event(EVENT.DISCONNECTED, 0, error.message);
    if (this.state !== "ended") this.state = "lost";
  }

  async #greet(link) {
    const info = await link.info();
    if (info.serial !== this.assigned.serial) throw new Error(`This is pod ${info.serial}, not ${this.assigned.serial}.`);
    if (this.heard === null || info.boot !== this.assigned.boot) await this.#begin(link, info);
    this.#connection(info);
    this.#event(EVENT.CONNECTED, 0, link.device.name ?? "");
    this.state = "connected";
    this.problem = "";
    this.connectedMs = performance.now();
    await link.subscribeBattery((percent) => this.#onBattery(percent));
    await link.subscribePackets((view) => this.#onPacket(view));
    if (!this.recording.run.ended) await this.#checked(link, OPCODE.START);
    this.newest = info.newest;
  }

  // A boot that is new to the run. Packets from before the run stay out of it; of a pod that was switched on anew
  // during the run, all are wanted.
  async #begin(link, info) {
    const isFirst = this.heard === null;
    const first = isFirst ? info.newest + 1 : info.oldest;
    const store = await link.storeInfo();
    this.heard = new Heard(first);
    const mayRelease = Boolean(isFirst && store?.isIdle && store.oldest === store.next);
    Object.assign(this.assigned, { boot: info.boot, first, ranges: this.heard.ranges, mayRelease });
    if (!isFirst) this.#event(EVENT.REBOOTED);
  }

  // Also told again every minute, for what cannot be read without it.
  #connection(info) {
    const { run, clock } = this.recording;
    this.info = info;
    this.connectionMs = performance.now();
    const bytes = withNewest(info.bytes, Math.max(info.newest, this.heard.newest)); // with less, it were another boot
    this.recording.write(podFrame(this.number, clock.nowS, this.heard.first, this.foot, bytes, run.runner));
  }

  async #checked(link, opcode) {
    const reply = await link.command(opcode);
    if (reply.result !== RESULT.OK) throw new Error(`The pod refuses command ${opcode} (result ${reply.result}).`);
  }

  #onPacket(view) {
    const packet = parsePacket(view);
    if (!packet || packet.boot !== this.assigned.boot || this.isFinished) return;
    this.lastPacketMs = performance.now();
    if (!this.heard.add(packet.sequence)) return;
    this.assigned.ranges = this.heard.ranges;
    this.recording.write(packetFrame(this.number, this.recording.nowS(), bytesOf(view)));
  }

  #onBattery(percent) {
    if (percent > 100 || percent === this.batteryPct) return;
    this.batteryPct = percent;
    if (performance.now() - (this.batteryMs ?? -BATTERY_MS) < BATTERY_MS) return;
    this.batteryMs = performance.now();
    this.#event(EVENT.BATTERY, percent);
  }

  #event(kind, value, text) {
    this.recording.write(eventFrame(this.number, this.recording.nowS(), kind, value, text));
  }

  // Until the link is lost, or the run has ended and nothing is left to tell the pod.
  async #watch(link) {
    while (link.isUp) {
      if (this.recording.run.ended) return this.#finish(link);
      if (performance.now() - Math.max(this.lastPacketMs, this.connectedMs) > STALL_MS) throw new Error("Connected, but no data.");
      if (performance.now() - this.connectionMs > CONNECTION_MS) this.#connection(this.info);
      await this.#fillGaps(link, Math.max(this.heard.newest, this.newest));
      await this.#tellSafe(link);
      await pause(WATCH_MS);
    }
    throw new Error("Out of reach.");
  }

  async #finish(link) {
    if (!this.isFinished) {
      await this.#checked(link, OPCODE.STOP);
      this.mark = await this.#newMark(link);
      await this.#fillGaps(link, this.mark.newest);
      this.#event(EVENT.DISCONNECTED, 0, "the run was ended");
      this.isFinished = true;
      this.mark.bytes = await this.recording.flushedBytes();
    }
    while (link.isUp && !this.isDone && !(await this.#release(link))) await pause(WATCH_MS);
    this.state = "ended";
  }

  async #fillGaps(link, upTo) {
    for (let attempt = 0, gap; link.isUp && (gap = this.heard.firstGap(upTo)); ) {
      const [first, last] = [gap[0], Math.min(gap[1], gap[0] + MAX_REQUEST_PACKETS - 1)];
      if (attempt >= MAX_ATTEMPTS) this.#giveUp(first, last);
      else if (await this.#requestAgain(link, first, last)) attempt = 0;
      else attempt++;
    }
  }

  // Whether the whole range is settled: heard, or no longer held by the pod.
  async #requestAgain(link, first, last) {
    const reply = await link.command(OPCODE.RESEND, first, last - first + 1);
    if (reply.result !== RESULT.OK) {
      await pause(RESPONSE_MS);
      return false;
    }
    const begin = reply.count ? Math.min(Math.max(reply.first, first), last + 1) : last + 1;
    if (begin > first) this.#giveUp(first, begin - 1);
    const sinceMs = performance.now();
    while (link.isUp && this.heard.firstGap(last)) {
      if (performance.now() - sinceMs > RESPONSE_MS) return false;
      await pause(10);
    }
    return true;
  }

  #giveUp(first, last) {
    this.heard.addRange(first, last);
    Object.assign(this.assigned, { ranges: this.heard.ranges, mayRelease: false });
    this.recording.write(lostFrame(this.number, this.assigned.boot, first, last - first + 1));
  }

  // What the flash holds now is safe once the service has every packet made until now. A pod that held anything before
  // the run, or lost a packet in it, is left to `surefoot sync`.
  async #newMark(link) {
    const store = this.assigned.mayRelease ? await link.storeInfo() : null;
    return { next: store?.next ?? null, newest: (await link.info()).newest, bytes: null };
  }

  async #tellSafe(link) {
    if (!this.assigned.mayRelease) return;
    if (!this.mark && performance.now() - (this.markedMs ?? -SAFE_MS) >= SAFE_MS) {
      this.markedMs = performance.now();
      this.mark = await this.#newMark(link);
    }
    if (!this.mark) return;
    if (this.mark.bytes === null && this.heard.newest >= this.mark.newest && !this.heard.firstGap()) {
      this.mark.bytes = await this.recording.flushedBytes();
    }
    await this.#release(link);
  }

  // Whether the pod was told that what the mark covers is safe.
  async #release(link) {
    if (this.mark.bytes === null || this.recording.run.received < this.mark.bytes) return false;
    await link.command(OPCODE.RELEASE, this.mark.next);
    this.mark = null;
    return true;
  }
}
