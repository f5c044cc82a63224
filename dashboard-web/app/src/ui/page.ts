import { createSignal } from "solid-js";

/** The pages of the app: the wall, a seat's desk, the table from which incidents are commanded, somebody's phone, the report of an incident, and what an administrator keeps. */
export const PAGES = ["wall", "desk", "table", "phone", "report", "admin"] as const;
export type Page = (typeof PAGES)[number];

/** The page that an address names: `#/desk`. */
export function pageIn(hash: string): Page {
  if (reportIn(hash) !== undefined) return "report";
  return PAGES.find((page) => hash === `#/${page}`) ?? "wall";
}

/** The incident whose report an address names: `#/report/0123…`. */
export function reportIn(hash: string): string | undefined {
  return /^#\/report\/([0-9a-z-]+)$/.exec(hash)?.[1];
}

const [page, setPage] = createSignal<Page>(typeof location === "undefined" ? "wall" : pageIn(location.hash));

const [reported, setReported] = createSignal<string>();

export { page, reported };

/** Follows the address. */
export function followAddress(): () => void {
  const follow = () => {
    setPage(pageIn(location.hash));
    setReported(reportIn(location.hash));
  };
  follow();
  window.addEventListener("hashchange", follow);
  return () => window.removeEventListener("hashchange", follow);
}
