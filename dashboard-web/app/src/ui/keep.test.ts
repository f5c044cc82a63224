import { describe, expect, it } from "vitest";
import { filesPastWorker, scriptIn } from "./keep";

describe("the build that a page is of", () => {
  it("is told by its script", () => {
    const page =
      '<link rel="modulepreload" href="./assets/a.js"><script type="module" src="./assets/index-Ab1_-2.js"></script>';
    expect(scriptIn(page)).toBe("assets/index-Ab1_-2.js");
    expect(scriptIn('<script type="module" src="/src/main.tsx"></script>')).toBeUndefined();
  });
});

describe("what the worker is told to keep", () => {
  it("is each file of the build that did not come through it, and nothing of the city", () => {
    const origin = "https://centre.example";
    const entry = (path: string, workerStart: number) => ({ name: `${origin}${path}`, workerStart });
    const entries = [
      entry("/assets/a.js", 0),
      entry("/assets/a.js", 0),
      entry("/assets/b.woff2", 12.5),
      entry("/api/v1/tasks", 0),
      { name: "https://centre.example.org/assets/c.js", workerStart: 0 },
    ];
    expect(filesPastWorker(entries, origin)).toEqual([`${origin}/assets/a.js`]);
  });
});
