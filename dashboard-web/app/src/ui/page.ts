import { createSignal } from "solid-js";

/** The pages of the app: the wall, a seat's desk, the table from which incidents are commanded, somebody's phone, and what an administrator keeps. */
export const PAGES = ["wall", "desk", "table", "phone", "admin"] as const;
export type Page = (typeof PAGES)[number];

/** The page that an address names: `#/desk`. */
export function pageIn(hash: string): Page {
  return PAGES.find((page) => hash === `#/${page}`) ?? "wall";
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
