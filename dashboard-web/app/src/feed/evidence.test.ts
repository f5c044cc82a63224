import { expect, test } from "vitest";
import { canonical, seen } from "./evidence";
import type { AlarmView } from "./messages";

/** The same alarm stands in the server's test of its digest (dashboard-web/scene/src/evidence.rs). */
const ALARM = {
  threshold: 1e21,
  extreme: 0.0000015,
  value: 31.0,
  id: "0123456789abcdef0123456789abcdef",
  number: 7,
  level: 2,
  state: "unacknowledged",
  rule: "cl2-high",
  thing: "gas-03",
  property: "cl2",
  key: null,
  started_ms: 1772323200000,
  ended_ms: null,
  raised_ms: 1772323200250,
  acknowledged: null,
  corrected: false,
  before: null,
} as unknown as AlarmView;

test("an alarm has one canonical form, whatever the order in which it came", () => {
  expect(canonical(ALARM)).toBe(
    '{"acknowledged":null,"before":null,"corrected":false,"ended_ms":null,"extreme":0.0000015,"id":"0123456789abcdef0123456789abcdef","key":null,"level":2,"number":7,"property":"cl2","raised_ms":1772323200250,"rule":"cl2-high","started_ms":1772323200000,"state":"unacknowledged","thing":"gas-03","threshold":1e+21,"value":31}',
  );
});

test("lists and texts are kept as they are, and what is undefined is left out", () => {
  expect(canonical({ b: [1, { d: 1, c: '衢\n"' }], a: undefined })).toBe('{"b":[1,{"c":"衢\\n\\"","d":1}]}');
});

test("another value makes another digest", async () => {
  const [one, other] = [await seen(ALARM, 5), await seen({ ...ALARM, value: 32 }, 5)];
  expect(one.position).toBe(5);
  expect(one.digest).toMatch(/^[0-9a-f]{64}$/);
  expect(other.digest).not.toBe(one.digest);
});
