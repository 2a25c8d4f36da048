// Runs on this phone: journal bytes in pieces, and beside them which packets they hold; a transaction writes both, so
// that a crash between them is impossible.

const DATABASE = "surefoot";
const RUNS = "runs";
const PIECES = "pieces";
const FLUSH_MS = 500;
const MAX_PIECES = 512;

const done = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

const ended = (transaction) =>
  new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });

export class Journals {
  #database;

  static async open() {
    const opening = indexedDB.open(DATABASE, 1);
    opening.onupgradeneeded = () => {
      opening.result.createObjectStore(RUNS, { keyPath: "id" });
      opening.result.createObjectStore(PIECES);
    };
    const journals = new Journals();
    journals.#database = await done(opening);
    return journals;
  }

  // Oldest first, as ids sort by time.
  runs() {
    return done(this.#database.transaction(RUNS).objectStore(RUNS).getAll());
  }

  // Add bytes to the journal of a run, of which `run.bytes` tells the length before.
  async append(run, bytes) {
    const transaction = this.#database.transaction([RUNS, PIECES], "readwrite", { durability: "strict" });
    if (bytes.length) transaction.objectStore(PIECES).put(bytes, [run.id, run.bytes]);
    transaction.objectStore(RUNS).put({ ...run, bytes: run.bytes + bytes.length });
    await ended(transaction);
  }

  // At most `limit` bytes of a run's journal from `offset` on.
  async read(runId, offset, limit) {
    const pieces = this.#database.transaction(PIECES).objectStore(PIECES);
    const before = IDBKeyRange.bound([runId, 0], [runId, offset]);
    const cursor = await done(pieces.openKeyCursor(before, "prev"));
    if (!cursor) return new Uint8Array(0);
    const start = cursor.key[1];
    const found = await done(pieces.getAll(IDBKeyRange.bound([runId, start], [runId, Infinity]), MAX_PIECES));
    return joined(found).subarray(offset - start, offset - start + limit);
  }

  async remove(runId) {
    const transaction = this.#database.transaction([RUNS, PIECES], "readwrite", { durability: "strict" });
    transaction.objectStore(RUNS).delete(runId);
    transaction.objectStore(PIECES).delete(IDBKeyRange.bound([runId, 0], [runId, Infinity]));
    await ended(transaction);
  }
}

// Collects the frames of the run in progress and writes them twice a second.
export class JournalWriter {
  #frames = [];
  #writing = Promise.resolve();

  constructor(journals, run, onError) {
    this.run = run;
    this.journals = journals;
    this.timer = setInterval(() => this.#frames.length && this.flush().catch(onError), FLUSH_MS);
  }

  append(frame) {
    this.#frames.push(frame);
  }

  // Resolves when everything appended so far is on disk. One write at a time keeps the offsets in order.
  flush() {
    this.#writing = this.#writing.catch(() => null).then(() => this.#write());
    return this.#writing;
  }

  async close() {
    clearInterval(this.timer);
    await this.flush();
  }

  async #write() {
    const bytes = joined(this.#frames);
    const taken = this.#frames.length;
    await this.journals.append(structuredClone(this.run), bytes);
    this.run.bytes += bytes.length;
    this.#frames.splice(0, taken);
  }
}

function joined(parts) {
  const all = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
