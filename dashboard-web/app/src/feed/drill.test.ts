import { expect, test } from "vitest";
import { insideDrill } from "./drill";

test("a drill is known by its address, and by no other", () => {
  for (const path of ["/drill", "/drill/", "/drill/index.html"]) expect(insideDrill(path)).toBe(true);
  for (const path of ["/", "/drills", "/index.html", "/api/drill/"]) expect(insideDrill(path)).toBe(false);
});
