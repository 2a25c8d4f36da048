// Short sentences spoken on the run: what the service found, and what this phone sees itself. Off by default.

const POLL_MS = 3000;
const LOST_MS = 10000;
const OFFLINE_EVERY_MS = 300000;

export class Cues {
  #lost = new Set();
  #offlineMs = -OFFLINE_EVERY_MS;

  // `wanted()` tells whether to speak; `current()` is the recording in progress, if any.
  constructor(uploader, current, wanted) {
    Object.assign(this, { uploader, current, wanted });
    setInterval(() => this.#look(), POLL_MS);
  }

  say(text) {
    if (this.wanted() && window.speechSynthesis) speechSynthesis.speak(new SpeechSynthesisUtterance(text));
  }

  async #look() {
    const recording = this.current();
    if (!recording || recording.run.ended || !this.wanted()) return;
    for (const pod of recording.pods) this.#watchPod(pod);
    try {
      await this.#fetch(recording.run);
    } catch {
      this.#sayRecorded(recording);
    }
  }

  #watchPod(pod) {
    const isLost = pod.state !== "connected" && performance.now() - (pod.lastPacketMs ?? performance.now()) > LOST_MS;
    if (isLost && !this.#lost.has(pod.foot)) this.say(`${pod.foot} pod lost.`);
    if (!isLost && this.#lost.has(pod.foot)) this.say(`${pod.foot} pod is back.`);
    if (isLost) this.#lost.add(pod.foot);
    else this.#lost.delete(pod.foot);
  }

  async #fetch(run) {
    const answer = await this.uploader.ask(run, "GET", `/runs/${run.id}/cues?after=${run.cue}`, undefined, [404]);
    if (answer.status === 404) return;
    for (const { number, kind, text } of (await answer.json()).cues) {
      if (number <= run.cue) continue; // two answers may be on the way
      run.cue = number;
      if (kind !== "lost") this.say(text); // this phone knows it first
    }
  }

  #sayRecorded(recording) {
    if (!recording.pods.some((pod) => pod.state === "connected")) return;
    if (performance.now() - this.#offlineMs < OFFLINE_EVERY_MS) return;
    this.#offlineMs = performance.now();
    this.say("Recorded.");
  }
}
