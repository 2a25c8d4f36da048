// Session seconds: the phone's monotonic clock, zero when the run began.

const MAX_SLEEP_MS = 500;

export class SessionClock {
  #anchorMs = performance.timeOrigin;

  constructor(createdMs) {
    this.createdMs = createdMs;
  }

  get nowS() {
    return (this.#anchorMs + performance.now() - this.createdMs) / 1000;
  }

  // Whether the monotonic clock stood still while the phone slept; it is set by the date then.
  hasSlept() {
    const lateMs = Date.now() - (this.#anchorMs + performance.now());
    if (Math.abs(lateMs) < MAX_SLEEP_MS) return false;
    this.#anchorMs += lateMs;
    return true;
  }
}
