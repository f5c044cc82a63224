import type { Incident, Origin } from "../feed/command";

/** What is asked about before it is done. */
export type Form =
  | "open"
  | "amend"
  | "attach"
  | "merge"
  | "unmerge"
  | "respond"
  | "up"
  | "down"
  | "handOver"
  | "warn"
  | "task"
  | "end"
  | "evaluate";

/** What was filled in so far; what is empty was not. */
export interface Draft {
  readonly title: string;
  readonly note: string;
  readonly class: string;
  readonly plan: string;
  readonly level: number | undefined;
  readonly eventLevel: number | undefined;
  readonly warning: number | undefined;
  readonly place: string;
  readonly lon: string;
  readonly lat: string;
  readonly affected: string;
  readonly other: string;
  readonly reach: string;
  readonly text: string;
  readonly ways: string;
  readonly origins: readonly Origin[];
}

/** Where a form goes: opens an incident, or acts on one, or orders for one. */
export interface Ordered {
  readonly kind: "open" | "acts" | "orders";
  readonly act: object;
}

/** A form as it is opened for an incident: what is known stands in it. */
export function draftOf(form: Form, incident: Incident | undefined, plan: string | undefined): Draft {
  const running = incident?.response?.level;
  const step = form === "up" ? -1 : 1;
  const near = running === undefined ? undefined : running + step;
  const level = form === "up" || form === "down" ? near : form === "respond" ? 3 : undefined;
  const known = form === "amend" ? incident : undefined;
  return {
    title: known?.title ?? "",
    note: "",
    class: incident?.class ?? "accident",
    plan: plan ?? "",
    level: form === "warn" ? (incident?.warning ?? 2) : level,
    eventLevel: known?.event_level ?? undefined,
    warning: known?.warning ?? undefined,
    place: known?.place?.name ?? "",
    lon: known?.place === undefined || known.place === null ? "" : String(known.place.lon),
    lat: known?.place === undefined || known.place === null ? "" : String(known.place.lat),
    affected: known?.affected.join("\n") ?? "",
    other: "",
    reach: "",
    text: "",
    ways: "",
    origins: [],
  };
}

function placed(draft: Draft): object | undefined {
  const [lon, lat] = [Number.parseFloat(draft.lon), Number.parseFloat(draft.lat)];
  if (!Number.isFinite(lon) || !Number.isFinite(lat)) return undefined;
  return { lon, lat, ...(draft.place.trim() === "" ? {} : { name: draft.place.trim() }) };
}

/** What changed of what is known, and nothing else. */
function amended(draft: Draft, incident: Incident): object {
  const affected = draft.affected
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const place = placed(draft);
  return {
    ...(draft.title.trim() !== incident.title ? { title: draft.title.trim() } : {}),
    ...(draft.class !== incident.class ? { class: draft.class } : {}),
    ...(draft.eventLevel !== (incident.event_level ?? undefined) ? { event_level: draft.eventLevel } : {}),
    ...(draft.warning !== (incident.warning ?? undefined) ? { warning: draft.warning } : {}),
    ...(place !== undefined && JSON.stringify(place) !== JSON.stringify(incident.place) ? { place } : {}),
    ...(affected.join("\n") !== incident.affected.join("\n") ? { affected } : {}),
  };
}

/** What is sent when a form is done; `undefined` while something is missing. */
export function ordered(form: Form, draft: Draft, incident: Incident | undefined): Ordered | undefined {
  const note = draft.note.trim();
  const title = draft.title.trim();
  const order = (act: object, ready = note !== ""): Ordered | undefined =>
    ready ? { kind: "orders", act } : undefined;
  const two = (what: object, ready = true) => order({ type: "propose", what }, ready && note !== "");
  switch (form) {
    case "open": {
      const place = placed(draft);
      const body = { title, class: draft.class, note, ...(place === undefined ? {} : { place }) };
      return title === "" ? undefined : { kind: "open", act: body };
    }
    case "amend": {
      if (incident === undefined) return undefined;
      const changed = amended(draft, incident);
      const ready = title !== "" && Object.keys(changed).length > 0;
      return ready ? { kind: "acts", act: { type: "amend", ...changed, note } } : undefined;
    }
    case "attach":
      return draft.origins.length > 0
        ? { kind: "acts", act: { type: "attach", origins: draft.origins, note } }
        : undefined;
    case "merge":
    case "unmerge":
      return order({ type: form, other: draft.other, note }, note !== "" && draft.other !== "");
    case "respond":
      return order({ type: "respond", plan: draft.plan, level: draft.level, note }, draft.plan !== "");
    case "up":
    case "down":
      return two({ type: "adjust", level: draft.level, note }, draft.level !== undefined);
    case "handOver":
      return two({ type: "hand_over", to: title, note }, title !== "");
    case "warn":
      return two(
        {
          type: "warn",
          level: draft.level,
          reach: draft.reach.trim(),
          text: draft.text.trim(),
          ways: draft.ways.trim(),
          note,
        },
        draft.reach.trim() !== "" && draft.text.trim() !== "",
      );
    case "task":
      return order({ type: "add_task", title, note, proof: { by: "evidence", photos: 0 } }, title !== "");
    case "end":
      return order({ type: "move", to: "ended", note });
    case "evaluate":
      return order({ type: "move", to: "evaluated", note });
  }
}
