// The session that is timed. It is kept by the browser, and its time is the clock's: a reload, a sleeping phone and a
// page that nobody sees change nothing of it.

export const SIGNALS = "surefoot timer signals"; // whether to sound and to vibrate
const KEY = "surefoot timer";
const HIDDEN_S = 1;
const KEEP_MS = 1000; // what is seen of the clock is kept so often
const SHOWN_MS = 6 * 3600_000; // and a session that is over for so long

export class Timing {
  constructor() {
    this.refresh();
    if (this.state?.isOver && Date.now() - this.state.seenMs > SHOWN_MS) this.forget();
  }

  // Another page of this browser may have started, paused or ended it, or given a cue.
  refresh() {
    this.state = JSON.parse(localStorage.getItem(KEY) ?? "null");
  }

  get isOn() {
    return this.state !== null && !this.state.isOver;
  }

  get isPaused() {
    return this.isOn && this.state.pausedMs !== null;
  }

  // Seconds since it began, without pauses. A clock that is set back takes nothing away.
  get passedS() {
    const { pausedMs, seenMs, startedMs } = this.state;
    const now = pausedMs ?? Date.now();
    if (pausedMs === null && Math.abs(now - seenMs) > KEEP_MS) {
      this.#keep({ startedMs: startedMs - Math.max(seenMs - now, 0), seenMs: now });
    }
    return (now - this.state.startedMs) / 1000;
  }

  start(row, walkFirstS) {
    const now = Date.now();
    this.#keep({ row, walkFirstS, startedMs: now, pausedMs: null, seenMs: now, cuedS: -1, isOver: false });
  }

  pause() {
    this.#keep({ pausedMs: Date.now() });
  }

  goOn() {
    const now = Date.now();
    this.#keep({ startedMs: this.state.startedMs + now - this.state.pausedMs, pausedMs: null, seenMs: now });
  }

  end() {
    this.#keep({ passedS: this.passedS, isOver: true });
  }

  forget() {
    this.state = null;
    localStorage.removeItem(KEY);
  }

  // The cue that is due; of those that a sleeping phone missed the last, each once. A page that nobody sees lets another
  // give it first.
  due(cues) {
    const passedS = this.passedS - (document.hidden ? HIDDEN_S : 0);
    const cue = cues.findLast((each) => each.atS > this.state.cuedS && each.atS <= passedS);
    if (cue) this.#keep({ cuedS: cue.atS });
    return cue ?? null;
  }

  #keep(more) {
    this.state = { ...this.state, ...more };
    localStorage.setItem(KEY, JSON.stringify(this.state));
  }
}
