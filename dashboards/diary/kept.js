// What the service has said of diaries, kept by the browser so that the page opens without network.

const OF = "surefoot diary of ";
const RUNNER = "surefoot diary runner";

const keyOf = (runner, run) => `${OF}${runner} ${run}`;

export const lastRunner = () => localStorage.getItem(RUNNER);

export const keepRunner = (runner) => localStorage.setItem(RUNNER, runner);

export const keptOf = (runner, run) => JSON.parse(localStorage.getItem(keyOf(runner, run)) ?? "null");

export const keep = (runner, run, found) => localStorage.setItem(keyOf(runner, run), JSON.stringify(found));

// Keep nothing of a runner, or of anybody.
export function drop(runner = null) {
  const begin = runner === null ? OF : keyOf(runner, "");
  for (const key of Object.keys(localStorage)) if (key.startsWith(begin)) localStorage.removeItem(key);
  if (runner === null || runner === lastRunner()) localStorage.removeItem(RUNNER);
}
