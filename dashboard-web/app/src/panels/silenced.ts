import type { AlarmView, ThingView } from "../feed/messages";
import type { Wall } from "../feed/store";
import { say, t } from "../lib/i18n";

/** Why a thing says nothing, when that is no alarm of its own. */
export interface Silenced {
  /** In words: because its gateway, or its door, is silent. */
  readonly text: string;
  /** What it is heard through. */
  readonly name: string;
  /** The alarm of that, while it is open. */
  readonly alarm: AlarmView | undefined;
}

const DOOR = "door:";

/** `undefined` for a thing that is not silenced. */
export function silenced(wall: Wall, thing: ThingView | undefined): Silenced | undefined {
  const by = thing?.silenced_by;
  if (by === undefined) return undefined;
  const alarm = wall.alarms().get(by.alarm);
  if (by.thing.startsWith(DOOR)) return { text: t().behind.door, name: by.thing.slice(DOOR.length), alarm };
  const through = wall.things().get(by.thing);
  const text = through === undefined || through.kind === "gateway" ? t().behind.gateway : t().behind.other;
  return { text, name: through === undefined ? by.thing : say(through.name), alarm };
}
