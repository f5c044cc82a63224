// Keeps the app itself on a phone, so that it opens without a network. Nothing of the city is kept here: what the API says never passes.
const SHELL = "yiping-shell-1";
/** Files of one or two builds. */
const FILES_MAX = 400;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (url.pathname.includes("/assets/") || url.pathname.endsWith(".webmanifest")) event.respondWith(file(request));
});

/** The page as the server has it; without a network, as it was last. */
async function page(request) {
  const cache = await caches.open(SHELL);
  try {
    const response = await fetch(request);
    if (response.ok) await cache.put("./", response.clone());
    return response;
  } catch {
    return (await cache.match("./")) ?? Response.error();
  }
}

/** A file of a build has its digest in its name and never changes. */
async function file(request) {
  const cache = await caches.open(SHELL);
  const known = await cache.match(request);
  if (known !== undefined) return known;
  const response = await fetch(request);
  if (response.ok) {
    await cache.put(request, response.clone());
    const keys = await cache.keys();
    for (const old of keys.slice(0, Math.max(0, keys.length - FILES_MAX))) await cache.delete(old);
  }
  return response;
}
