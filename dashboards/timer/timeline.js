// A row in time, as surefoot.analysis.weeks.timeline has it: the page needs it without network, and a test holds both to
// the same numbers.

export const MINUTE_S = 60;
const SOON_S = 5;

// All of a session in order; times in seconds since it began.
export function stretches({ runs, run_s: runS, walk_s: walkS }, walkFirstS = 0) {
  const lengths = [["walk", walkFirstS, 0]];
  for (let number = 1; number <= runs; number++) lengths.push(["run", runS, number], ["walk", walkS, number]);
  const found = [];
  for (const [doing, lengthS, number] of lengths) {
    const startS = found.at(-1)?.endS ?? 0;
    if (lengthS > 0) found.push({ doing, startS, endS: startS + lengthS, number, of: runs });
  }
  return found;
}

// What is told of a session, in order.
export function cues(session) {
  const found = session.flatMap((each) => [
    { atS: each.startS, kind: each.doing, words: `${stretchWords(each)}.` },
    ...(each.endS - each.startS > SOON_S ? [{ atS: each.endS - SOON_S, kind: "soon", words: "" }] : []),
  ]);
  return [...found, { atS: session.at(-1).endS, kind: "done", words: "Done." }];
}

// Where a session is; a change belongs to what begins.
export function moment(session, atS) {
  const [now = null, then = null] = session.filter((each) => each.endS > atS);
  return { now, then, leftS: now ? now.endS - Math.max(atS, 0) : 0 };
}

export const clockText = (leftS) => `${Math.floor(Math.ceil(leftS) / 60)}:${String(Math.ceil(leftS) % 60).padStart(2, "0")}`;

export const stretchWords = ({ doing, startS, endS, number, of }) =>
  doing === "run" ? `Run ${number} of ${of}, ${lengthWords(endS - startS)}` : `Walk, ${lengthWords(endS - startS)}`;

export function lengthWords(lengthS) {
  const minutes = lengthS / MINUTE_S;
  return minutes >= 1 && (2 * minutes) % 1 === 0 ? `${minutes} min` : `${lengthS} s`;
}
