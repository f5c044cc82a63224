import type { Incident, Origin } from "../feed/command";
import type { Proposal } from "../feed/forces";
import type { AlarmView, ThingView } from "../feed/messages";
import { say, t } from "../lib/i18n";

/** What an incident comes from, in words. */
export function originWords(origin: Origin, things?: ReadonlyMap<string, ThingView>): string {
  const type = t().originTypes[origin.type];
  const named = (thing: string | undefined): string => {
    const known = things?.get(thing ?? "");
    return known === undefined ? (thing ?? "") : say(known.name);
  };
  switch (origin.type) {
    case "alarm": {
      const [thing = "", property = ""] = (origin.subject ?? "").split(":");
      return `${type} ${named(thing)} ${property}`.trim();
    }
    case "detection":
      return `${type} ${named(origin.thing)} ${origin.kind ?? ""}`.trim();
    case "order":
      return `${type} ${origin.order ?? ""} ${origin.text ?? ""}`.trim();
  }
}

const same = (a: Origin, b: Origin): boolean => JSON.stringify(a) === JSON.stringify(b);

/** What can be attached to an incident: open alarms, and what came in and is proposed; what it has is not among it. */
export function attachable(
  incident: Incident | undefined,
  alarms: Iterable<AlarmView>,
  proposals: readonly Proposal[],
): Origin[] {
  const open = [...alarms].map(
    (alarm): Origin => ({ type: "alarm", alarm: alarm.id, subject: `${alarm.thing}:${alarm.property}` }),
  );
  const proposed = proposals.flatMap(({ candidate }) => [
    ...(candidate.origin === undefined ? [] : [candidate.origin]),
    ...(candidate.group ?? []),
  ]);
  const has = (origin: Origin) =>
    (incident?.origins ?? []).some((own) => (own.type === "alarm" ? own.alarm === origin.alarm : same(own, origin)));
  const all: Origin[] = [];
  for (const origin of [...open, ...proposed]) {
    const known = all.some((each) =>
      each.type === "alarm" && origin.type === "alarm" ? each.alarm === origin.alarm : same(each, origin),
    );
    if (!known && !has(origin)) all.push(origin);
  }
  return all;
}
