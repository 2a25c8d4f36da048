// Keeps the page, so that it opens without network. What the service answers comes first.

const CACHE = "surefoot diary";
const KEPT = [
  "/diary/", "/diary/diary.css", "/diary/diary.js", "/diary/body_map.js", "/diary/outbox.js", "/diary/words.js", "/assets/theme.css", "/assets/icon.svg",
];
const PATIENCE_MS = 3000;

self.addEventListener("install", (event) => event.waitUntil(keepAll().then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { pathname } = new URL(event.request.url);
  if (event.request.method === "GET" && KEPT.includes(pathname)) event.respondWith(answer(event.request, pathname));
});

async function keepAll() {
  const cache = await caches.open(CACHE);
  await cache.addAll(KEPT);
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
