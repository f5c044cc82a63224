import type { ThingView } from "../feed/messages";
import type { Text } from "./i18n";

/** Columns of the matrix, in their order: what a city watches, finer than a pack. */
export type ColumnId =
  | "air"
  | "gas"
  | "weather"
  | "rain"
  | "stage"
  | "quality"
  | "hall"
  | "video"
  | "street"
  | "gateway"
  | "other";

/** One column: its name, and by which properties and kinds a thing is known to belong to it. */
export interface Column {
  readonly id: ColumnId;
  readonly title: Text;
  readonly properties: readonly string[];
  readonly kinds: readonly string[];
}

const AIR = ["pm25", "pm10", "so2", "no2", "co", "o3", "aqi_hourly", "aqi_daily"];
const RAIN = ["rain_5m", "rain_1h", "rain_3h", "rain_6h", "rain_12h", "rain_24h"];
const QUALITY = ["water_class", "do", "codmn", "nh3n", "tp", "tn", "ph", "wtemp", "turbidity", "conductivity"];
const HALL = [
  "hall_online",
  "grade",
  "waiting",
  "serving",
  "wait_mean",
  "wait_p80",
  "service_mean",
  "taken_1h",
  "called_1h",
  "left_1h",
  "abandon_rate",
  "windows_open",
  "windows_busy",
  "windows_used",
  "waiting_per_window",
  "rating_mean",
];
const STAGE = ["stage", "stage_rate", "stage_upstream", "flow"];
const VIDEO = ["online", "people", "crowds_10m", "vehicles_10m"];
const STREET = ["noise_leq", "street_temp", "street_rh", "street_temp_diff"];
/** Weather is weather, whoever observes it: an air station often measures some of it. */
export const WEATHER: ReadonlySet<string> = new Set([
  "wind_direction",
  "wind_speed",
  "temperature",
  "humidity",
  "pressure",
  "rain",
]);

export const COLUMNS: readonly Column[] = [
  { id: "air", title: { zh: "空气", en: "Air" }, properties: AIR, kinds: ["station"] },
  { id: "gas", title: { zh: "气体", en: "Gas" }, properties: ["cl2", "nh3", "h2s"], kinds: ["gas"] },
  { id: "weather", title: { zh: "气象", en: "Weather" }, properties: [...WEATHER], kinds: ["weather"] },
  { id: "rain", title: { zh: "雨情", en: "Rain" }, properties: RAIN, kinds: ["rain_gauge"] },
  { id: "stage", title: { zh: "水位", en: "Stage" }, properties: STAGE, kinds: ["stage_gauge"] },
  { id: "quality", title: { zh: "水质", en: "Quality" }, properties: QUALITY, kinds: ["wq_section"] },
  { id: "hall", title: { zh: "大厅", en: "Halls" }, properties: HALL, kinds: ["hall"] },
  { id: "video", title: { zh: "视频", en: "Video" }, properties: VIDEO, kinds: ["camera"] },
  { id: "street", title: { zh: "街面", en: "Street" }, properties: STREET, kinds: ["street"] },
  { id: "gateway", title: { zh: "网关", en: "Gateway" }, properties: ["rsrp"], kinds: ["gateway"] },
  { id: "other", title: { zh: "其他", en: "Other" }, properties: [], kinds: [] },
];

/** Every column. */
export const ALL_COLUMNS: ReadonlySet<ColumnId> = new Set(COLUMNS.map(({ id }) => id));

const BY_KIND = new Map(COLUMNS.flatMap(({ id, kinds }) => kinds.map((kind) => [kind, id] as const)));
const BY_PROPERTY = new Map(COLUMNS.flatMap(({ id, properties }) => properties.map((one) => [one, id] as const)));

/** The column of a thing: by its kind, else by what only such things observe, else by the weather that it observes. */
export function columnOfThing(thing: ThingView): ColumnId {
  const known = BY_KIND.get(thing.kind);
  if (known !== undefined) return known;
  const own = thing.properties.find((id) => BY_PROPERTY.has(id) && !WEATHER.has(id));
  if (own !== undefined) return BY_PROPERTY.get(own) ?? "other";
  return thing.properties.some((id) => WEATHER.has(id)) ? "weather" : "other";
}

/** The column of a datastream, also when the thing is not known: that of the thing, but for the weather at an air station. */
export function columnOf(thing: ThingView | undefined, property: string): ColumnId {
  if (thing === undefined) return BY_PROPERTY.get(property) ?? "other";
  const own = columnOfThing(thing);
  return own === "air" && WEATHER.has(property) ? "weather" : own;
}

/** An H3 cell is a thing to the server; on a screen it is a part of a field and nothing that speaks. */
export function isCell(thing: ThingView): boolean {
  return thing.kind === "cell";
}

/** Things of a column, by id. */
export function thingsOf(column: ColumnId, things: Iterable<ThingView>): ThingView[] {
  return [...things]
    .filter((thing) => columnOfThing(thing) === column && !isCell(thing))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}
