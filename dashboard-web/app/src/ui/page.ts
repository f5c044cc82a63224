import { createSignal } from "solid-js";

/** The pages of the app: the wall, and a seat's own. */
export type Page = "wall" | "desk";

/** The page that an address names: `#/desk`. */
export function pageIn(hash: string): Page {
  return hash === "#/desk" ? "desk" : "wall";
}

const [page, setPage] = createSignal<Page>(typeof location === "undefined" ? "wall" : pageIn(location.hash));

export { page };

/** Follows the address. */
export function followAddress(): () => void {
  const follow = () => setPage(pageIn(location.hash));
  follow();
  window.addEventListener("hashchange", follow);
  return () => window.removeEventListener("hashchange", follow);
}
