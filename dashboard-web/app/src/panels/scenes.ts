import { createSignal } from "solid-js";
import type { ThingView } from "../feed/messages";
import { type ColumnId, columnOfThing, isCell } from "../lib/domains";
import type { Text } from "../lib/i18n";
import type { FieldId } from "../map/field";

/** A scene: which panels stand in the two places that change. Everything else keeps its place in every scene. */
export interface SceneLayout {
  readonly id: string;
  readonly title: Text;
  /** The scene is there when the city has things of one of these columns; the first scene always is. */
  readonly columns: readonly ColumnId[];
  /** The right column, from above: heights add up to the map's. */
  readonly right: readonly string[];
  /** The middle of the footer. */
  readonly foot: string;
  /** What the map shows at rest; things with alarms are always on it. */
  readonly marks: readonly ColumnId[];
  /** What the map shows as a field of greys. */
  readonly field?: FieldId;
  /** Cells that were measured over a window are drawn in it too. */
  readonly windows?: boolean;
}

/** The scenes; the place in this list is the key that calls it. */
export const SCENES: readonly SceneLayout[] = [
  {
    id: "city",
    title: { zh: "全城", en: "City" },
    columns: [],
    right: ["drivers", "stages"],
    foot: "halls-brief",
    marks: ["air", "gas", "weather", "stage"],
    field: "rain",
  },
  {
    id: "air",
    title: { zh: "空气", en: "Air" },
    columns: ["air", "gas"],
    right: ["air", "pollutants"],
    foot: "gas",
    marks: ["air", "gas", "weather"],
  },
  {
    id: "water",
    title: { zh: "水情", en: "Water" },
    columns: ["rain", "stage", "quality"],
    right: ["stages", "rain"],
    foot: "sections",
    marks: ["rain", "stage", "quality"],
    field: "rain",
    windows: true,
  },
  {
    id: "hall",
    title: { zh: "大厅", en: "Halls" },
    columns: ["hall"],
    right: ["halls"],
    foot: "drivers",
    marks: ["hall"],
  },
  {
    id: "video",
    title: { zh: "视频", en: "Video" },
    columns: ["video"],
    right: ["video"],
    foot: "drivers",
    marks: ["video"],
    field: "people",
  },
  {
    id: "street",
    title: { zh: "物联", en: "Street" },
    columns: ["street", "gateway", "other"],
    right: ["street", "gateways"],
    foot: "others",
    marks: ["street", "gateway", "other"],
    field: "noise",
    windows: true,
  },
];

/** The columns in which a city has something. */
export function columnsOf(things: Iterable<ThingView>): ReadonlySet<ColumnId> {
  return new Set([...things].filter((thing) => !isCell(thing)).map(columnOfThing));
}

/** Whether a scene has something to show. */
export function offered(scene: SceneLayout, columns: ReadonlySet<ColumnId>): boolean {
  return scene.columns.length === 0 || scene.columns.some((column) => columns.has(column));
}

/** The panels of a scene in a city: others where the city has nothing that they are about. */
export function placed(scene: SceneLayout, columns: ReadonlySet<ColumnId>): Pick<SceneLayout, "right" | "foot"> {
  if (scene.foot === "others" && !columns.has("other")) return { right: scene.right, foot: "drivers" };
  if (scene.id !== "city") return scene;
  return {
    right: columns.has("stage") ? scene.right : ["air", "pollutants"],
    foot: columns.has("hall") ? scene.foot : columns.has("gas") ? "gas" : "drivers",
  };
}

function fromUrl(): string {
  if (typeof location === "undefined") return "city";
  return new URLSearchParams(location.search).get("scene") ?? "city";
}

const [asked, setAsked] = createSignal(fromUrl());

/** The scene that is asked for; the first when there is none of that name. */
export function scene(): SceneLayout {
  const [first] = SCENES;
  const found = SCENES.find(({ id }) => id === asked()) ?? first;
  if (found === undefined) throw new Error("there is a first scene");
  return found;
}

/** Changes the scene and keeps the choice in the address. */
export function showScene(id: string): void {
  const url = new URL(location.href);
  if (id === "city") url.searchParams.delete("scene");
  else url.searchParams.set("scene", id);
  history.replaceState(history.state, "", url);
  setAsked(id);
}
