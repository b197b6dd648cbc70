/**
 * Keeps the last copy of the page for when the network is gone. The network is always asked first; a copy is only ever
 * shown where no answer came, and carries its own time, from which the page says how old it is.
 */

const STORE = "noroshi-map-1";
const WAIT_MS = 8000;
const scope = /** @type {any} */ (self);

/** @param {Request} request */
async function answer(request) {
  const store = await caches.open(STORE);
  try {
    const response = await fetch(request, { signal: AbortSignal.timeout(WAIT_MS) });
    if (response.ok) await store.put(request, response.clone());
    return response;
  } catch (error) {
    const kept = (await store.match(request)) ?? (request.mode === "navigate" ? await store.match("/map") : undefined);
    if (!kept) throw error;
    const headers = new Headers(kept.headers);
    headers.set("x-kept-copy", "1");
    return new Response(kept.body, { status: kept.status, headers });
  }
}

scope.addEventListener("install", () => scope.skipWaiting());
scope.addEventListener("activate", (/** @type {any} */ event) => event.waitUntil(scope.clients.claim()));
scope.addEventListener("fetch", (/** @type {any} */ event) => {
  const { request } = event;
  const own = new URL(request.url).origin === location.origin;
  if (own && request.method === "GET" && !request.url.includes("/stream")) event.respondWith(answer(request));
});
