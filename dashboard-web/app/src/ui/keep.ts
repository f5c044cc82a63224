/** Keeps the app itself in the browser, so that a phone opens it without a network. What the city says is never kept by it. */
export function keepApp(): void {
  if (!("serviceWorker" in navigator) || import.meta.env.DEV) return;
  navigator.serviceWorker.register("sw.js").catch((error: unknown) => console.warn("the app is not kept", error));
}
