// Keeps the page, so that it opens without network. What the service answers comes first; without an answer in time,
// what was kept.

const CACHE = "surefoot phone";
const KEPT = [
  "/phone/", "/phone/phone.css", "/phone/page.js", "/phone/clock.js", "/phone/cues.js", "/phone/frames.js", "/phone/heard.js",
  "/phone/journal.js", "/phone/link.js", "/phone/pod.js", "/phone/profile.js", "/phone/recording.js", "/phone/upload.js",
  "/phone/phone.webmanifest", "/assets/theme.css", "/assets/icon.svg",
];
const PATIENCE_MS = 3000;

self.addEventListener("install", (event) => {
  event.waitUntil(keepAll().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { pathname } = new URL(event.request.url);
  if (event.request.method === "GET" && KEPT.includes(pathname)) event.respondWith(answer(event.request, pathname));
});

async function keepAll() {
  const cache = await caches.open(CACHE);
  await Promise.all(KEPT.map((path) => fetch(path, { redirect: "error" }).then((found) => keep(cache, path, found))));
}

async function keep(cache, path, found) {
  if (!found.ok) throw new Error(`${path}: ${found.status}`);
  await cache.put(path, found);
}

async function answer(request, path) {
  const cache = await caches.open(CACHE);
  try {
    const found = await fetch(request, { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (found.ok && !found.redirected) await cache.put(path, found.clone());
    return found;
  } catch {
    return (await cache.match(path)) ?? Response.error();
  }
}
