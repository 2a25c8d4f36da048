// The session that the timer's page times, told here too: while this phone records, this is the page that is open.

import { signal } from "/timer/signals.js";
import { clockText, cues, moment, stretches } from "/timer/timeline.js";
import { SIGNALS, Timing } from "/timer/timing.js";

const timing = new Timing();

// What is done now, and for how long; empty without a session. The cue that is due is given.
export function timedText(say) {
  timing.refresh();
  if (!timing.isOn) return "";
  const { row, walkFirstS } = timing.state;
  const session = stretches(row, walkFirstS);
  const cue = timing.isPaused ? null : timing.due(cues(session));
  if (cue) {
    signal(cue.kind, JSON.parse(localStorage.getItem(SIGNALS) ?? '{"sounds":true,"buzzes":true}'));
    if (cue.words) say(cue.words);
  }
  const { now, then, leftS } = moment(session, timing.passedS);
  if (!now) {
    timing.end();
    return "";
  }
  const what = now.doing === "run" ? `Run ${now.number} of ${now.of}` : "Walk";
  return `${what}, ${clockText(leftS)}${timing.isPaused ? ", paused" : then ? `, then ${then.doing}` : ""}`;
}
