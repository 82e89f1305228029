// The service worker of the diary. It keeps the empty page (shell) and its scripts and styles, and nothing about a patient.
// The server puts two constants before this text: SHELL (the address of the empty page) and FILES (what it needs).

const AWAY = new Set([502, 503, 504]);
const CACHE = `sijoint-diary-${FILES.join("|").length}-${FILES[0]}`;

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.addAll([new Request(SHELL, { credentials: "omit" }), ...FILES]))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name.startsWith("sijoint-diary-") && name !== CACHE).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const request = event.request;
  if (request.method !== "GET") return;
  const address = new URL(request.url);
  if (address.origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    event.respondWith(fetch(request).then(orEmptyPage, () => caches.match(SHELL)));
  } else if (FILES.includes(address.pathname)) {
    event.respondWith(caches.match(address.pathname).then((kept) => kept || fetch(request)));
  }
});

/** A proxy whose server is away answers for it: to the phone that is no network. */
async function orEmptyPage(response) {
  return AWAY.has(response.status) ? (await caches.match(SHELL)) || response : response;
}
