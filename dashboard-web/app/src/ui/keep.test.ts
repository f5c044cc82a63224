import { describe, expect, it } from "vitest";
import { scriptIn } from "./keep";

describe("the build that a page is of", () => {
  it("is told by its script", () => {
    const page =
      '<link rel="modulepreload" href="./assets/a.js"><script type="module" src="./assets/index-Ab1_-2.js"></script>';
    expect(scriptIn(page)).toBe("assets/index-Ab1_-2.js");
    expect(scriptIn('<script type="module" src="/src/main.tsx"></script>')).toBeUndefined();
  });
});
