/** A phone that stays open looks this often whether the server has another build. */
const LOOK_MS = 10 * 60_000;

/**
 * Keeps the app itself in the browser, so that a phone opens it without a network. What the city says is never kept by it. What does not come
 * through the worker is named to it, so that the first visit is enough.
 */
export function keepApp(): void {
  if (!("serviceWorker" in navigator) || import.meta.env.DEV) return;
  const keep = async () => {
    await navigator.serviceWorker.register("sw.js");
    const { active } = await navigator.serviceWorker.ready;
    const name = (files: readonly string[]) => active?.postMessage({ keep: files });
    name(["./"]);
    // An entry comes when its file has: one that was on its way while the worker came is told later.
    const observer = new PerformanceObserver((list) => {
      const passedBy = filesPastWorker(list.getEntries() as PerformanceResourceTiming[], location.origin);
      if (passedBy.length > 0) name(passedBy);
    });
    observer.observe({ type: "resource", buffered: true });
    // The fonts of what is shown later come when it is shown, through the worker.
    await navigator.storage?.persist?.();
  };
  keep().catch((error: unknown) => console.warn("the app is not kept", error));
}

/** The files of this build among these entries that did not come through the worker, each once. */
export function filesPastWorker(
  entries: readonly Pick<PerformanceResourceTiming, "name" | "workerStart">[],
  origin: string,
): string[] {
  const past = entries.filter(({ workerStart }) => workerStart === 0).map(({ name }) => name);
  return [...new Set(past)].filter((name) => name.startsWith(`${origin}/`) && name.includes("/assets/"));
}

/** The script of a build, as its page names it. */
export function scriptIn(html: string): string | undefined {
  return /src="[^"]*?(assets\/[^"]+\.js)"/.exec(html)?.[1];
}

/** Says once when the server has another build than this page. Nothing is loaded anew unasked: somebody may be writing. */
export function watchNewer(say: () => void): () => void {
  const own = scriptIn(document.documentElement.innerHTML);
  if (own === undefined) return () => undefined;
  const look = async () => {
    if (document.hidden) return;
    const page = await fetch("./", { cache: "no-store" }).catch(() => undefined);
    const theirs = page?.ok ? scriptIn(await page.text()) : undefined;
    if (theirs !== undefined && theirs !== own) say();
  };
  const ask = () => void look();
  const timer = setInterval(ask, LOOK_MS);
  document.addEventListener("visibilitychange", ask);
  return () => {
    clearInterval(timer);
    document.removeEventListener("visibilitychange", ask);
  };
}
