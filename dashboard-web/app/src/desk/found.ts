import { untrack } from "solid-js";
import type { AlarmView } from "../feed/messages";
import type { Wall } from "../feed/store";
import type { ColumnId } from "../lib/domains";
import { telling } from "../panels/alarms/telling";

/** The class of an incident that begins with an alarm of a column; whoever assesses it may say otherwise. */
export function classOf(column: ColumnId): string {
  if (column === "rain" || column === "stage" || column === "weather") return "natural";
  return column === "video" ? "security" : "accident";
}

/** Whether an alarm has every word that is looked for: in its title, its place or what it measures. */
export function told(wall: Wall, alarm: AlarmView, words: readonly string[]): boolean {
  const { title, name, area, property } = untrack(() => telling(wall, alarm));
  const text = [title, name, alarm.thing, area?.name.zh, area?.name.en, property?.title.zh, property?.title.en];
  const all = text.join(" ").toLowerCase();
  return words.every((word) => all.includes(word));
}
