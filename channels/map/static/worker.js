/**
 * Keeps the last copy of the page for when the network is gone. The network is always asked first; a copy is only ever
 * shown where no answer came, and carries its own time, from which the page says how old it is.
 */

const STORE = "noroshi-map-1";
const WAIT_MS = 8000;
const scope = /** @type {any} */ (self);

// What the page needs to say how old it is. The first page and these were loaded before anybody kept copies.
const NEEDED = ["/map", "/static/live.js", "/static/atlas.js", "/map/static/map.js", "/map/static/ash.js"];

/** Keep what is open already, so that the very first page is still there when the network goes a moment later. */
async function keepFirst() {
  const store = await caches.open(STORE);
  const open = await scope.clients.matchAll({ includeUncontrolled: true, type: "window" });
  const pages = open.map((/** @type {any} */ page) => page.url).filter((/** @type {string} */ url) => new URL(url).pathname === "/map");
  const keep = async (/** @type {string} */ url) => {
    if (await store.match(url)) return;
    const response = await fetch(url);
    if (response.ok) await store.put(url, response);
  };
  await Promise.allSettled([...new Set([...NEEDED, ...pages])].map(keep));
}

/**
 * A copy is waited for no longer than WAIT_MS; where there is none, a slow network is waited for as long as it takes.
 * @param {any} event
 */
async function answer(event) {
  const { request } = event;
  const store = await caches.open(STORE);
  const kept = await store.match(request, { ignoreVary: true }); // the language is in a cookie: rather another than none
  try {
    const response = await fetch(request, kept ? { signal: AbortSignal.timeout(WAIT_MS) } : {});
    if (response.ok) {
      const stored = store.put(request, response.clone());
      if (kept) await stored;
      else event.waitUntil(stored.catch(() => {}));
    }
    return response;
  } catch (error) {
    const copy = kept ?? (request.mode === "navigate" ? await store.match("/map", { ignoreVary: true }) : undefined);
    if (!copy) throw error;
    const headers = new Headers(copy.headers);
    headers.set("x-kept-copy", "1");
    return new Response(copy.body, { status: copy.status, headers });
  }
}

scope.addEventListener("install", () => scope.skipWaiting());
scope.addEventListener("activate", (/** @type {any} */ event) => event.waitUntil(scope.clients.claim()));
// Asked for by the page: while a worker is being activated, all requests of its pages wait for that.
scope.addEventListener("message", (/** @type {any} */ event) => event.waitUntil(keepFirst()));
scope.addEventListener("fetch", (/** @type {any} */ event) => {
  const { request } = event;
  const own = new URL(request.url).origin === location.origin;
  if (own && request.method === "GET" && !request.url.includes("/stream")) event.respondWith(answer(event));
});
