import { type Accessor, createSignal } from "solid-js";
import { type Acknowledge, type Acknowledged, named } from "../../feed/acknowledge";
import type { AlarmView } from "../../feed/messages";
import type { Wall } from "../../feed/store";
import { t } from "../../lib/i18n";

/** Where the acknowledgement of an alarm stands, as far as this seat knows. */
export type Note = { readonly kind: "sending" } | { readonly kind: "said"; readonly text: string };

/** The acknowledgements of one screen: sent once each, and what came of those that were not taken. */
export interface Acknowledging {
  readonly notes: Accessor<ReadonlyMap<string, Note>>;
  /** Acknowledges an alarm as it is painted: that is what was decided on. */
  send(alarm: AlarmView): void;
  /** Forgets the notes of alarms that are gone. */
  tidy(): void;
}

/** A screen's acknowledgements. */
export function createAcknowledging(wall: Wall, acknowledge: Acknowledge): Acknowledging {
  const [notes, setNotes] = createSignal<ReadonlyMap<string, Note>>(new Map());
  const put = (id: string, note: Note | undefined) => {
    const next = new Map(notes());
    if (note === undefined) next.delete(id);
    else next.set(id, note);
    setNotes(next);
  };
  const told = (id: string, result: Acknowledged): Note | undefined => {
    switch (result.outcome) {
      case "done":
        return undefined;
      case "taken": {
        const first = result.by ?? wall.alarms().get(id)?.acknowledged ?? undefined;
        return { kind: "said", text: first === undefined ? t().ackTakenUnknown : t().ackTaken(named(first)) };
      }
      case "changed":
        return { kind: "said", text: t().ackChanged };
      case "refused":
        return { kind: "said", text: t().ackFailed(result.why) };
      case "unreachable":
        return { kind: "said", text: t().ackFailed(t().ackUnreachable) };
    }
  };
  return {
    notes,
    send(alarm) {
      const { id } = alarm;
      if (notes().get(id)?.kind === "sending") return;
      put(id, { kind: "sending" });
      void acknowledge(alarm, wall.position() ?? 0, "").then((result) => put(id, told(id, result)));
    },
    tidy() {
      const open = wall.alarms();
      const kept = [...notes()].filter(([id]) => open.has(id));
      if (kept.length !== notes().size) setNotes(new Map(kept));
    },
  };
}
