// Keeps the app itself on a phone, so that it opens without a network. Nothing of the city is kept here: what the API says never passes.
const SHELL = "yiping-shell-2";
/** Files of one or two builds. */
const FILES_MAX = 400;
/** A network that does not answer is none. */
const PAGE_MS_MAX = 4_000;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("message", (event) => event.waitUntil(keep(event.data?.keep ?? [])));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (isFile(url)) event.respondWith(file(request));
});

const isFile = ({ pathname }) => pathname.includes("/assets/") || /\.(webmanifest|png|svg)$/.test(pathname);

async function activate() {
  for (const name of await caches.keys()) if (name !== SHELL) await caches.delete(name);
  await self.clients.claim();
}

/** What the page loaded before this worker was there. */
async function keep(addresses) {
  const cache = await caches.open(SHELL);
  for (const address of addresses) {
    const url = new URL(address, self.registration.scope);
    if (url.origin !== self.location.origin || url.pathname.includes("/api/")) continue;
    const known = url.pathname.includes("/assets/") && (await cache.match(url.href));
    if (known) continue;
    const response = await fetch(url.href).catch(() => undefined);
    if (response?.ok) await cache.put(url.href, response);
  }
}

/** The page as the server has it; without a network, as it was last. Files have their digest in their names, so no page is ever put together of two builds. */
async function page(request) {
  const cache = await caches.open(SHELL);
  const shell = self.registration.scope;
  try {
    const response = await fetch(request, { signal: AbortSignal.timeout(PAGE_MS_MAX) });
    if (response.ok) await cache.put(shell, response.clone());
    return response;
  } catch {
    return (await cache.match(shell)) ?? Response.error();
  }
}

/** A file of a build never changes; the newest are kept. */
async function file(request) {
  const cache = await caches.open(SHELL);
  const known = await cache.match(request);
  if (known !== undefined) return known;
  const response = await fetch(request);
  if (response.ok) {
    await cache.put(request, response.clone());
    const keys = await cache.keys();
    const files = keys.filter(({ url }) => url !== self.registration.scope);
    for (const old of files.slice(0, Math.max(0, files.length - FILES_MAX))) await cache.delete(old);
  }
  return response;
}
