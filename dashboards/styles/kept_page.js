// Keeps the files of a page, for its service worker, so that it opens without network. What the service answers comes
// first; without an answer in time, what was kept.

const PATIENCE_MS = 3000;

function keepPage(name, paths) {
  self.addEventListener("install", (event) => event.waitUntil(keepAll(name, paths).then(() => self.skipWaiting())));
  self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
  self.addEventListener("fetch", (event) => {
    const { pathname } = new URL(event.request.url);
    if (event.request.method === "GET" && paths.includes(pathname)) event.respondWith(answer(name, event.request, pathname));
  });
}

// None of them may be the form to sign in, to which everything leads where nobody is signed in.
async function keepAll(name, paths) {
  const cache = await caches.open(name);
  await Promise.all(paths.map((path) => fetch(path, { redirect: "error" }).then((found) => keep(cache, path, found))));
}

async function keep(cache, path, found) {
  if (!found.ok) throw new Error(`${path}: ${found.status}`);
  await cache.put(path, found);
}

async function answer(name, request, path) {
  const cache = await caches.open(name);
  try {
    const found = await fetch(request, { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (found.ok && !found.redirected) await cache.put(path, found.clone());
    return found;
  } catch {
    return (await cache.match(path)) ?? Response.error();
  }
}
