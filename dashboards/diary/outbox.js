// What was said and the service does not have yet. It is kept by the browser and sent in order; the service takes each
// entry once, by its id.

const KEY = "surefoot diary outbox";
const AGAIN_MS = 5000;
const PATIENCE_MS = 8000;
export const FORGOTTEN = 410; // what the service says of somebody who is forgotten

export class Outbox {
  // `told` is called with an item that is delivered, and a sentence where it was refused; without both where one is added.
  constructor(told) {
    this.told = told;
    this.busy = false;
    window.addEventListener("online", () => this.send());
    setInterval(() => this.send(), AGAIN_MS);
  }

  get waiting() {
    return JSON.parse(localStorage.getItem(KEY) ?? "[]");
  }

  keep(runner, kind, fields) {
    this.#add({ method: "POST", runner, kind, id: fields.id ?? fields.run, fields });
  }

  withdraw(runner, kind, id) {
    this.#add({ method: "DELETE", runner, kind, id });
  }

  async send() {
    if (this.busy) return;
    this.busy = true;
    try {
      for (let at = 0, item = this.waiting[0]; item; item = this.waiting[at]) {
        const { isKept, refusal } = await deliver(item);
        if (isKept) at++; // whoever is signed in now does not speak for this runner: it waits for somebody who does
        else this.#remove(at, item);
        if (!isKept) this.told(item, refusal);
      }
    } catch {
      this.told(null, null); // no network, or a service that cannot write: it stays, and is sent again
    } finally {
      this.busy = false;
    }
  }

  // Another page of this browser may have delivered it too, and removed it.
  #remove(at, item) {
    const { waiting } = this;
    if (JSON.stringify(waiting[at]) === JSON.stringify(item)) localStorage.setItem(KEY, JSON.stringify(waiting.filter((_, place) => place !== at)));
  }

  #add(item) {
    localStorage.setItem(KEY, JSON.stringify([...this.waiting, item]));
    this.told(null, null);
    this.send();
  }
}

// Whether it stays here, else a sentence where the service does not take it, null where it has it.
async function deliver({ method, runner, kind, id, fields }) {
  const path = `/diary/of/${encodeURIComponent(runner)}/${kind}`;
  const request = { method, signal: AbortSignal.timeout(PATIENCE_MS), redirect: "error", body: fields && JSON.stringify(fields) };
  const answer = await fetch(method === "DELETE" ? `${path}/${encodeURIComponent(id)}` : path, request);
  if (answer.ok) return { refusal: null };
  if (answer.status === 403) return { isKept: true };
  if ([400, 413, FORGOTTEN].includes(answer.status)) return { refusal: await answer.text() };
  throw new Error(`${answer.status}`);
}
