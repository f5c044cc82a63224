import type { EventView } from "../feed/messages";
import { CROWDED } from "./values";

type Detection = readonly [
  secs: number,
  thing: string,
  kind: string,
  track: string,
  values: readonly (readonly [string, number])[],
];

/** What cameras saw, by second of the rehearsal. */
const DETECTIONS: readonly Detection[] = [
  [-1_500, "cam-qz-03", "vehicle", "t-101", [["confidence", 0.91]]],
  [-1_220, "cam-qz-06", "vehicle", "t-102", [["confidence", 0.88]]],
  [-840, "cam-qz-10", "intrusion", "t-103", [["confidence", 0.71]]],
  [
    -400,
    "cam-qz-02",
    "crowd",
    "t-104",
    [
      ["people", 64],
      ["confidence", 0.9],
    ],
  ],
  [-130, "cam-qz-06", "vehicle", "t-105", [["confidence", 0.93]]],
  [40, "cam-qz-03", "vehicle", "t-106", [["confidence", 0.86]]],
  [
    118,
    CROWDED,
    "crowd",
    "t-107",
    [
      ["people", 132],
      ["confidence", 0.93],
    ],
  ],
  [
    136,
    CROWDED,
    "crowd",
    "t-107",
    [
      ["people", 158],
      ["confidence", 0.95],
    ],
  ],
  [142, "cam-qz-08", "smoke_fire", "t-108", [["confidence", 0.64]]],
];

function told([secs, thing, kind, key, values]: Detection, startMs: number): EventView {
  const at_ms = startMs + secs * 1_000;
  const measured = values.map(([property, value]) => ({ property, value, out_of_range: false }));
  return { thing, kind, key, part: null, at_ms, received_ms: at_ms + 500, values: measured };
}

/** What was seen before the rehearsal begins. */
export function eventsBefore(startMs: number): EventView[] {
  const events = DETECTIONS.filter(([secs]) => secs < 0).map((each) => told(each, startMs));
  return events.sort((a, b) => (a.thing === b.thing ? a.at_ms - b.at_ms : a.thing < b.thing ? -1 : 1));
}

/** What is seen in one second. */
export function eventsAt(secs: number, nowMs: number): EventView[] {
  return DETECTIONS.filter(([at]) => at === secs).map((each) => told(each, nowMs - secs * 1_000));
}
