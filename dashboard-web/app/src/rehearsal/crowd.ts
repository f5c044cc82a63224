import type { AlarmView, Snapshot } from "../feed/messages";
import type { Recording } from "./player";

const STATES = ["unacknowledged", "returned_unacknowledged", "acknowledged"] as const;

/** The same recording with so many more alarms open: on every thing, of every level, in every state. What a list must bear. */
export function crowded(recording: Recording, count: number): Recording {
  const { snapshot } = recording;
  return { ...recording, snapshot: { ...snapshot, state: { ...snapshot.state, alarms: crowd(snapshot, count) } } };
}

function crowd(snapshot: Snapshot, count: number): AlarmView[] {
  const { state, rules, now_ms } = snapshot;
  const more = Array.from({ length: count }, (_, at): AlarmView => {
    const thing = state.things[at % state.things.length];
    const rule = rules[at % rules.length];
    const which = STATES[at % STATES.length] ?? "unacknowledged";
    const started_ms = now_ms - (count - at) * 50;
    return {
      id: `crowd-${String(at).padStart(6, "0")}`,
      number: 1_000 + at,
      level: 1 + (at % 4),
      state: which,
      rule: rule?.id ?? "",
      thing: thing?.id ?? "",
      property: rule?.properties[0] ?? "",
      key: null,
      value: at % 100,
      extreme: at % 100,
      threshold: 50,
      started_ms,
      ended_ms: which === "returned_unacknowledged" ? now_ms : null,
      raised_ms: started_ms,
      acknowledged: which === "acknowledged" ? { person: "officer", seat: "二号席", at_ms: now_ms, note: "" } : null,
      corrected: false,
      before: null,
    };
  });
  return [...state.alarms, ...more];
}
