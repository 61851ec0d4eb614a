// Keeps the app on this device: from the second visit it starts without a network.
//
// Every build has a cache of its own, filled when the build is installed, so that a page and its modules always come
// from the same build. A new build waits until a page sends "take-over". It never touches what people have written:
// that lives in IndexedDB.

// The build writes these; see scripts/finish-build.mjs.
const BUILD = "";
const FILES = [];
// Large files that few pages need: kept once such a page has been open.
const LATER = [];

const CACHE = `klassrum-${BUILD}`;
// Remembers which build is in use, so that the next one knows whose files open pages may still ask for.
const STATE = "klassrum-state";
const IN_USE = "/in-use";
// Says that the large files have been kept by this build or one before.
const MORE_KEPT = "/more-kept";

self.addEventListener("install", (event) => event.waitUntil(keepFiles()));
self.addEventListener("activate", (event) => event.waitUntil(takeOver()));
self.addEventListener("message", (event) => {
  if (event.data === "take-over") event.waitUntil(self.skipWaiting());
  // Without a network, or room, the next page that wants them asks again.
  if (event.data === "keep-more") event.waitUntil(keepMore().catch(() => {}));
});
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin || url.pathname === "/health") return;
  event.respondWith(request.mode === "navigate" ? page(request) : file(request));
});

/** All files or none: one that is missing makes the install fail, and the earlier build stays. */
async function keepFiles() {
  const cache = await caches.open(CACHE);
  await cache.addAll(FILES.map((path) => new Request(path, { cache: "no-cache" })));
  // Who had the large files goes on having them.
  if (await caches.match(MORE_KEPT)) await keepMore().catch(() => {});
}

/** The large files, those that are not here yet. */
async function keepMore() {
  const cache = await caches.open(CACHE);
  for (const path of LATER) {
    if (!(await cache.match(path))) await cache.add(new Request(path, { cache: "no-cache" }));
  }
  await (await caches.open(STATE)).put(MORE_KEPT, new Response(CACHE));
}

/** Drops every build but this one and the one it replaces: pages opened with that one may still ask for its files. */
async function takeOver() {
  const state = await caches.open(STATE);
  const earlier = await (await state.match(IN_USE))?.text();
  const names = await caches.keys();
  const older = names.slice(0, names.indexOf(CACHE)).filter((name) => name !== STATE && name !== earlier);
  await Promise.all(older.map((name) => caches.delete(name)));
  await state.put(IN_USE, new Response(CACHE));
  await self.clients.claim();
}

/** Any address in the app is answered by its one page. */
async function page(request) {
  const cache = await caches.open(CACHE);
  return (await cache.match("/index.html")) ?? fetch(request);
}

async function file(request) {
  const cache = await caches.open(CACHE);
  const options = { ignoreSearch: true, ignoreVary: true };
  return (await cache.match(request, options)) ?? (await caches.match(request, options)) ?? fetch(request);
}
