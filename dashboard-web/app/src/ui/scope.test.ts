import { describe, expect, it } from "vitest";

/** Each page's styles speak of that page only: all pages are one document. */
const PAGES = {
  admin: ".admin",
  desk: ".desk",
  phone: ".phone",
  table: ".table",
  report: ".report-page",
  posture: ".posture",
  drill: ".drill",
};
const SHEETS = import.meta.glob<string>("../*/*.css", { eager: true, query: "?raw", import: "default" });

/** The selectors of a style sheet, those of one rule each by itself. */
function selectors(sheet: string): string[] {
  const bare = sheet.replaceAll(/\/\*[\s\S]*?\*\//g, "");
  const heads = [...bare.matchAll(/([^{}]+)\{/g)].map(([, head]) => (head ?? "").trim());
  const rules = heads.filter((head) => !/^(@|from|to|\d+%)/.test(head));
  // A comma within brackets belongs to the selector.
  return rules.flatMap((head) => head.split(/,(?![^(]*\))/)).map((one) => one.trim());
}

describe("the styles of a page", () => {
  for (const [page, root] of Object.entries(PAGES)) {
    it(`${page} begin with ${root}`, () => {
      const own = Object.entries(SHEETS).filter(([path]) => path.startsWith(`../${page}/`));
      const all = own.flatMap(([, sheet]) => selectors(sheet));
      expect(all.length).toBeGreaterThan(0);
      const strays = all.filter(
        (one) => !one.startsWith(root) && !one.includes(`:where(${root})`) && !one.includes(`:has(${root})`),
      );
      expect(strays).toEqual([]);
    });
  }
});
