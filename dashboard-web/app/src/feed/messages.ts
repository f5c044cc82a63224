// Generated from dashboard-web/scene/src/message.rs and its folder by their test; do not edit.
// `BLESS=1 cargo test -p yiping-scene` writes it again.

/** A message from server to screen. */
export type ServerMessage = { "type": "snapshot" } & Snapshot | { "type": "delta" } & Delta | { "type": "history" } & HistoryView;

/** How history stands at this moment. It comes beside the scene and moves no position: a scene is a function of the log, and the log does not
 * know whether its database answers. It is sent when it changes, and once to a screen that connects after it ever changed. */
export type HistoryView = {
  /** City time since which history cannot be filled; `None` while it can. */
  away_since_ms: number | null,
};

/** The whole state of a scene at a position, and what does not change while the program runs. */
export type Snapshot = {
  /** The scene's name: `wall`. */
  scene: string,
  /** The log position of this state. */
  position: number,
  /** City time of that position. */
  now_ms: number,
  /** The city. */
  city: CityView,
  /** The properties, by id. */
  properties: Array<PropertyView>,
  /** The rules. */
  rules: Array<RuleView>,
  /** The kinds of events, by id. */
  event_types?: Array<EventTypeView>,
  /** The state; every list is sorted by its key. */
  state: StateView,
};

/** What a scene shows, as lists sorted by key. */
export type StateView = {
  /** Things, by id. */
  things: Array<ThingView>,
  /** Last values, by thing and property. */
  latest: Array<LatestView>,
  /** The last hour or so of window means, by thing and property. */
  trends: Array<TrendView>,
  /** The last index of each thing and kind. */
  indices: Array<IndexView>,
  /** Open alarms, by id. */
  alarms: Array<AlarmView>,
  /** Doors, by id. */
  sources: Array<SourceView>,
  /** The last events, by thing, then time, at most [`EVENTS_PER_THING`] of each thing. */
  events?: Array<EventView>,
  /** The last windows of H3 cells, by thing and property. */
  cells?: Array<CellView>,
  /** The ways to people who look at no screen, by name. */
  channels?: Array<ChannelView>,
  /** Who was told of open alarms, by alarm; none of one that nobody was told of. */
  told?: Array<ToldView>,
  /** What is kept quiet; absent while nothing is. */
  shelving?: ShelvingView,
  /** Incidents that are neither over nor merged into another one, by id. */
  incidents?: Array<IncidentView>,
  /** Alarms that wait because an incident is at war, by alarm. */
  waiting?: Array<WaitingView>,
};

/** What changed between two positions. Lists hold whole new values by key; an absent list changed nothing. */
export type Delta = {
  /** The position that this applies to. */
  after: number,
  /** The position that results. */
  position: number,
  /** City time of that position. */
  now_ms: number,
  /** New or changed things. */
  things?: Array<ThingView>,
  /** New last values. */
  latest?: Array<LatestView>,
  /** Last values that are no more, to be removed: of derived values that were corrected to none, or whose newest step has none. */
  gone?: Array<DatastreamView>,
  /** New points of trends, to be appended (see [`TrendPoint`]). */
  trend_points?: Array<TrendPoint>,
  /** New indices. */
  indices?: Array<IndexView>,
  /** New or changed open alarms. */
  alarms?: Array<AlarmView>,
  /** Alarms that are closed now. */
  closed?: Array<string>,
  /** Changed doors. */
  sources?: Array<SourceView>,
  /** New events, to be put among those of their things (see [`EventView`]). */
  events?: Array<EventView>,
  /** New last windows of H3 cells. */
  cells?: Array<CellView>,
  /** Changed ways to people. */
  channels?: Array<ChannelView>,
  /** Who was told of alarms, whole new lists; an empty one is removed, and that of a closed alarm too. */
  told?: Array<ToldView>,
  /** What is kept quiet, all of it, when anything of that changed. */
  shelving?: ShelvingView,
  /** New or changed incidents. */
  incidents?: Array<IncidentView>,
  /** Incidents that are over or merged into another one. */
  incidents_over?: Array<string>,
  /** Alarms that wait from now on, or because of another incident. */
  waiting?: Array<WaitingView>,
  /** Alarms that do not wait any more. */
  waiting_over?: Array<string>,
};

/** A text in both languages of the screens. */
export type TextView = {
  /** Chinese. */
  zh: string,
  /** English. */
  en: string,
};

/** The city and its areas. */
export type CityView = {
  /** Its name. */
  name: TextView,
  /** IANA time zone in which the screens show time. */
  zone: string,
  /** Whether the readings come from the simulator: then every screen says so. */
  simulated: boolean,
  /** Its counties, in the order of the screens. */
  areas: Array<AreaView>,
};

/** A county. */
export type AreaView = {
  /** GB/T 2260 code. */
  code: string,
  /** Its name. */
  name: TextView,
};

/** A property. */
export type PropertyView = {
  /** Its id. */
  id: string,
  /** Its name. */
  title: TextView,
  /** Its short form. */
  symbol: string,
  /** Its unit. */
  unit: string,
  /** Decimals to show. */
  decimals: number,
  /** Seconds that one observation stands for; older than three periods is stale. */
  period_secs: number,
};

/** A kind of event. */
export type EventTypeView = {
  /** Its id. */
  id: string,
  /** What it is called. */
  title: TextView,
};

/** A rule, as far as a screen explains it. */
export type RuleView = {
  /** Its id. */
  id: string,
  /** What the alarm is called. */
  title: TextView,
  /** The properties that it judges; none for a rule on events. */
  properties: Array<string>,
  /** The kind of events that it judges. */
  event: string | null,
  /** Warning level 1 to 4. */
  level: number,
  /** How it judges; of what follows each operator says what it needs. */
  operator: OperatorView,
  /** Of `threshold` and `rate`: whether it raises above or below. */
  direction: DirectionView | null,
  /** The value beyond which it raises, or for a rate the change per hour; `null` where each thing has its own. */
  raise: number | null,
  /** The value behind which it returns to normal; `null` where each thing has its own. */
  clear: number | null,
  /** The thing's own limit in the place of `raise`. */
  raise_limit: OwnLimitView | null,
  /** The thing's own limit in the place of `clear`. */
  clear_limit: OwnLimitView | null,
  /** How long the value must have been beyond (`threshold`), or the same (`stuck`), or absent (`no_data`). */
  for_secs: number | null,
  /** Of `rate`: over which time the change is taken. */
  over_secs: number | null,
  /** Of `no_data`: how many periods of the datastream there may be silence. */
  periods: number | null,
  /** Of `stuck`: how many equal observations it takes. */
  min_count: number | null,
  /** Of `stuck`: values that may stay. */
  except: Array<number>,
  /** Of `event`: what must be measured with it, at least. */
  min: Array<LeastView>,
  /** Of `event`: what has an alarm of its own. */
  by: ByView | null,
  /** Of `event`: how long after the last one it returns. */
  hold_secs: number | null,
  /** Where the thresholds come from. */
  source: string,
  /** The text of it that is in force; an alarm names the one that raised it. */
  written?: RuleVersionView,
};

/** Which text of a rule. */
export type RuleVersionView = {
  /** The pack that holds the rule. */
  pack: string,
  /** The pack's own version. */
  version: string,
  /** The first 12 hex digits of SHA-256 of the rule as it is written. */
  digest: string,
};

/** How a rule judges. */
export type OperatorView = "threshold" | "rate" | "no_data" | "stuck" | "event";

/** A limit that each thing has for itself, by its name. */
export type OwnLimitView = {
  /** Its name. */
  limit: string,
  /** Added to it. */
  offset: number,
};

/** A value that an event must have, at least. */
export type LeastView = {
  /** Of which property. */
  property: string,
  /** How much. */
  value: number,
};

/** What has an alarm of its own. */
export type ByView = "track" | "thing";

/** Whether a rule raises above or below its threshold. */
export type DirectionView = "above" | "below";

/** A thing. */
export type ThingView = {
  /** Its id. */
  id: string,
  /** Its name; the id itself for a thing that the catalogue does not know. */
  name: TextView,
  /** What it is; empty when unknown. */
  kind: string,
  /** Longitude and latitude, WGS-84; `None` when unknown. */
  place: [number, number] | null,
  /** Code of its county. */
  area: string | null,
  /** The properties that it should observe, or was heard to. */
  properties: Array<string>,
  /** Seconds that one of its observations stands for, where the thing says so itself. */
  period_secs: number | null,
  /** The gateway or hall through which it is heard. */
  parent?: string,
  /** The thing upstream or beside it with which it is joined. */
  neighbour?: string,
  /** Its own limits by name, in the unit of the property that they judge. */
  limits?: Record<string, number>,
  /** The corners of an H3 cell, longitude and latitude, the first not repeated; empty for a thing that is none. */
  outline?: Array<[number, number]>,
  /** Why nothing comes from it, when that is not its own alarm but that of what it is heard through. */
  silenced_by?: SilencedByView,
};

/** The alarm of a gateway or a door of which a thing has said nothing since: until it is heard again, or has an alarm of its own. */
export type SilencedByView = {
  /** The alarm; it may be over, and even closed, while this thing is still silent. */
  alarm: string,
  /** The gateway, or `door:` and the door, of which that alarm is. */
  thing: string,
};

/** A datastream. */
export type DatastreamView = {
  /** Thing. */
  thing: string,
  /** Property. */
  property: string,
};

/** The last value of a datastream, by phenomenon time. */
export type LatestView = {
  /** Thing. */
  thing: string,
  /** Property. */
  property: string,
  /** Value in the property's unit. */
  value: number,
  /** Phenomenon time. */
  at_ms: number,
  /** When the log took it. */
  received_ms: number,
  /** Whether it is outside the range that the property can have. */
  out_of_range: boolean,
  /** Of a derived value: the property that decided it, where one did. */
  because?: string,
};

/** Something that happened at a thing: a detection of a camera, a step of a ticket. Events that agree in thing, kind, key, part and time are
 * one; of more than [`EVENTS_PER_THING`] the oldest go. */
export type EventView = {
  /** Thing. */
  thing: string,
  /** What happened. */
  kind: string,
  /** The matter to which it belongs: a track, a ticket. */
  key: string | null,
  /** Where in the thing: a zone of the picture, a service window. */
  part: string | null,
  /** Phenomenon time. */
  at_ms: number,
  /** When the log took it. */
  received_ms: number,
  /** What was measured with it. */
  values: Array<EventValueView>,
};

/** A value that was measured with an event. */
export type EventValueView = {
  /** Property. */
  property: string,
  /** Value in the property's unit. */
  value: number,
  /** Whether it is outside the range that the property can have. */
  out_of_range: boolean,
};

/** The means of the last windows of a datastream, at most [`TREND_POINTS`], oldest first, one each `step_secs`. Of a derived datastream: its
 * values, each as the window that ends at its time. */
export type TrendView = {
  /** Thing. */
  thing: string,
  /** Property. */
  property: string,
  /** Start of the last window. */
  last_ms: number,
  /** Length of a window. */
  step_secs: number,
  /** The means; `None` where there is no window. */
  means: Array<number | null>,
  /** Which of these windows late data corrected, oldest first. */
  corrected: Array<CorrectionView>,
};

/** A window of a trend that late data corrected. */
export type CorrectionView = {
  /** Start of the window. */
  start_ms: number,
  /** The mean that was told before; `None` when there was none. */
  before: number | null,
};

/** One more window of a trend. Windows skipped since the last one count as `None`; more than [`TREND_POINTS`] fall off at the old end. A
 * point for a window that the trend already spans replaces it; one with another `step_secs` starts the trend anew. */
export type TrendPoint = {
  /** Thing. */
  thing: string,
  /** Property. */
  property: string,
  /** Start of the window. */
  start_ms: number,
  /** Length of the window. */
  step_secs: number,
  /** Its mean; `None` of a derived value that there is not. */
  mean: number | null,
  /** Whether late data corrected it. */
  corrected: boolean,
  /** The mean that was told before a correction; `None` when there was none. */
  before: number | null,
};

/** The last window of a property over all things of an H3 cell, of its shortest tumbling windows. The cell is a thing too, with its outline. */
export type CellView = {
  /** The cell. */
  thing: string,
  /** Property. */
  property: string,
  /** Start of the window. */
  start_ms: number,
  /** Length of the window. */
  length_secs: number,
  /** How many good observations it holds. */
  count: number,
  /** How many the things of the cell should have made; 0 when nobody says. */
  expected: number,
  /** Arithmetic mean, in the property's unit. */
  mean: number,
  /** Smallest value. */
  min: number,
  /** Largest value. */
  max: number,
  /** Whether the window is still open. */
  early: boolean,
  /** When the log took this result. */
  received_ms: number,
  /** Whether late data corrected it. */
  corrected: boolean,
  /** The mean that was told before a correction; `None` when there was none. */
  before: number | null,
};

/** The last index of a thing. */
export type IndexView = {
  /** Thing. */
  thing: string,
  /** Which report. */
  kind: IndexKindView,
  /** Start of the hour or day. */
  start_ms: number,
  /** The law applied. */
  law: string,
  /** The index; `None` when the data do not suffice. */
  value: number | null,
  /** Level 1 to 6. */
  level: number | null,
  /** Primary pollutants. */
  primary: Array<string>,
  /** Individual indices. */
  parts: Array<SubIndexView>,
  /** The last values of the same index, oldest first, this one last, at most 24; `None` where there was none. */
  trend: Array<number | null>,
  /** What it said before late data corrected it; `None` when it was not corrected. */
  before: IndexBeforeView | null,
};

/** What a corrected index said before. */
export type IndexBeforeView = {
  /** The index; `None` when none was published. */
  value: number | null,
};

/** Which report an index belongs to; sorted by name. */
export type IndexKindView = "aqi_daily" | "aqi_hourly";

/** The individual index of one pollutant. */
export type SubIndexView = {
  /** Pollutant. */
  property: string,
  /** The concentration judged. */
  concentration: number | null,
  /** Its index. */
  iaqi: number | null,
};

/** A door and what came through it. */
export type SourceView = {
  /** Its id. */
  id: string,
  /** When something last came. */
  last_received_ms: number,
  /** How long the last reading took from phenomenon to log. */
  delay_ms: number,
  /** Readings and events since the log began, duplicates included. */
  readings: number,
  /** Dead letters since the log began. */
  rejects: number,
};

/** An open alarm. */
export type AlarmView = {
  /** Its id. */
  id: string,
  /** The number by which people call it. */
  number: number,
  /** Warning level 1 to 4. */
  level: number,
  /** Where it stands. */
  state: AlarmStateView,
  /** The rule. */
  rule: string,
  /** The thing. */
  thing: string,
  /** The property; the kind of event, or `no_data`, where that raised it. */
  property: string,
  /** The track whose alarm it is, where each has its own. */
  key: string | null,
  /** The value that raised it; seconds where a datastream was silent or stuck, a change per hour under a rate. */
  value: number,
  /** The most extreme value as of the engine's last word: while the alarm lasts, the value that raised it. */
  extreme: number,
  /** The threshold, in the unit of `value`. */
  threshold: number,
  /** Phenomenon time of its beginning. */
  started_ms: number,
  /** Phenomenon time of its end. */
  ended_ms: number | null,
  /** City time at which it was raised. */
  raised_ms: number,
  /** The text of the rule that raised it, where it is recorded. */
  raised_by?: RuleVersionView,
  /** Who acknowledged. */
  acknowledged: AcknowledgedView | null,
  /** That nobody acknowledged in time; absent while that is not so. */
  escalated?: EscalatedView,
  /** Why it calls nobody; absent when it does. */
  quiet?: QuietView,
  /** Who marked it as a false alarm, and how that is known (`note`); absent while nobody has. */
  false_alarm?: AcknowledgedView,
  /** Whether late data changed it. */
  corrected: boolean,
  /** What it said before its last change, when that was a correction. */
  before: AlarmBeforeView | null,
};

/** What a corrected alarm said before. */
export type AlarmBeforeView = {
  /** Phenomenon time of its beginning. */
  started_ms: number,
  /** Phenomenon time of its end; `None` when it lasted. */
  ended_ms: number | null,
  /** The most extreme value. */
  extreme: number,
};

/** Why an alarm calls nobody. */
export type QuietView = "shelved" | "out_of_service";

/** What is kept quiet. */
export type ShelvingView = {
  /** What is on the shelf, by its record. */
  shelved: Array<ShelfView>,
  /** What is out of service at a thing, or asked to be, by its record. */
  out_of_service: Array<OutOfServiceView>,
};

/** A point on the shelf: all that its rule raises of its datastream is kept quiet. */
export type ShelfView = {
  /** Its record, by which it is named. */
  record: number,
  /** The alarm that was shelved. */
  alarm: string,
  /** Its level then; a graver one brings it back. */
  level: number,
  /** The rule. */
  rule: string,
  /** The thing. */
  thing: string,
  /** The property. */
  property: string,
  /** The track whose alarm it is, where each has its own. */
  key: string | null,
  /** City time at which it comes back by itself. */
  until_ms: number,
  /** Who shelved it, when, and why (`note`). */
  by: AcknowledgedView,
};

/** A rule that is out of service at a thing, or asked to be. */
export type OutOfServiceView = {
  /** The record that asked, by which it is named. */
  record: number,
  /** The rule. */
  rule: string,
  /** The thing. */
  thing: string,
  /** Who asked, when, and why (`note`). */
  asked: AcknowledgedView,
  /** Who approved; `None` while nobody has: then its alarms call people as ever. */
  approved: AcknowledgedView | null,
};

/** Where an open alarm stands. */
export type AlarmStateView = "unacknowledged" | "acknowledged" | "returned_unacknowledged";

/** Who acknowledged. */
export type AcknowledgedView = {
  /** The account of who did; `None` before there were accounts. */
  person: string | null,
  /** The person's name on screens, as of this position; `None` where the log knows none. */
  display?: string,
  /** The seat; may be empty. */
  seat: string,
  /** City time. */
  at_ms: number,
  /** What was written with it. */
  note: string,
};

/** A way to people who look at no screen, and how it stands. */
export type ChannelView = {
  /** Its name in the configuration. */
  channel: string,
  /** Notices that are not delivered yet. */
  waiting: number,
  /** When the first of them was to be delivered: a time to come while all are held. */
  waiting_since_ms: number | null,
  /** City time since which one of them fails. */
  failing_since_ms: number | null,
  /** Notices that were given up, each within a day of the one before. */
  given_up: number,
  /** When the last one was. */
  given_up_ms: number | null,
};

/** Who was told of an open alarm. */
export type ToldView = {
  /** The alarm. */
  alarm: string,
  /** The notices that tell of it, in the order in which they were queued, at most the last [`TOLD_PER_ALARM`]. */
  notices: Array<NoticeView>,
};

/** A notice of an alarm. */
export type NoticeView = {
  /** Its id. */
  notice: string,
  /** The channel. */
  channel: string,
  /** What it says of the alarm. */
  change: ChangeView,
  /** Where it stands. */
  state: NoticeStateView,
  /** When it was to be delivered, and when it was delivered or given up. */
  at_ms: number,
  /** How many tries there were. */
  attempts: number,
};

/** What happened to an alarm. */
export type ChangeView = "raised" | "returned" | "amended" | "withdrawn";

/** Where a notice stands. */
export type NoticeStateView = "waiting" | "delivered" | "given_up";

/** That nobody acknowledged an alarm in time. */
export type EscalatedView = {
  /** How often: 1 to the shift leader, 2 to the commander. */
  stage: number,
  /** The role to which the last time. */
  to: string,
  /** City time of the last time. */
  at_ms: number,
};

/** An incident that is neither over nor merged into another one. */
export type IncidentView = {
  /** Its id. */
  id: string,
  /** The city counts its incidents together. */
  number: number,
  /** Which version this is: acts on it say it as `seen`. */
  version: number,
  /** What it is. */
  title: string,
  /** Where it stands, as the API names it. */
  stage: string,
  /** Where it stands. */
  stage_name: TextView,
  /** How grave it is, 1 to 4. */
  event_level: number | null,
  /** The level of its response, 1 to 4; `None` before one was started. */
  response_level: number | null,
  /** The plan of its response. */
  plan: TextView | null,
  /** Code of its area. */
  area: string | null,
  /** The domain: the name of a pack. */
  domain: string | null,
  /** Longitude and latitude, WGS-84. */
  place: [number, number] | null,
  /** What people call that place; may be empty. */
  place_name: string,
  /** Who and what is affected. */
  affected: Array<string>,
  /** The alarms that it comes from. */
  alarms: Array<string>,
  /** When it was opened. */
  opened_ms: number,
  /** When its response was started. */
  started_ms: number | null,
  /** Who commands. */
  commander: PersonView | null,
  /** To whom the command is offered. */
  offered: PersonView | null,
  /** Who leads what. */
  roles: Array<RoleView>,
  /** Its tasks, at most [`TASKS_PER_INCIDENT`]: those that are over last; before them nobody's, then late ones, then by their next time. */
  tasks: Array<TaskView>,
  /** How many tasks it has. */
  tasks_count: number,
  /** How many of them are over. */
  tasks_over: number,
  /** The reports to be given. */
  reports: Array<ReportView>,
  /** What is to be checked, fetched and told. */
  items: Array<ItemView>,
  /** Where what leaks is to be expected, by the last estimate. */
  plume: PlumeView | null,
  /** That it is at war. */
  war: WarView | null,
  /** What waited during its last war, once the program has said so. */
  left: LeftView | null,
};

/** A person. */
export type PersonView = {
  /** The account. */
  account: string,
  /** The name on screens, as of this position; `None` where the log knows none. */
  display: string | null,
};

/** Who leads what in a response. */
export type RoleView = {
  /** Its name in the plan. */
  role: string,
  /** What it is called. */
  title: TextView,
  /** Who has it. */
  person: PersonView | null,
};

/** A task. */
export type TaskView = {
  /** Its id. */
  id: string,
  /** Its number in the incident. */
  number: number,
  /** Which version this is: steps of it say it as `seen`. */
  version: number,
  /** What is to be done. */
  title: TextView,
  /** The role that does it, as the plan names it. */
  role: string,
  /** Who has it. */
  assignee: PersonView | null,
  /** Where it stands, as the API names it. */
  stage: string,
  /** Where it stands. */
  stage_name: TextView,
  /** How late it is, as the API names it: `no`, `overdue`, `reminded`, `supervised`. */
  late: string,
  /** Until when it must be signed. */
  sign_by_ms: number | null,
  /** Until when it must be done. */
  done_by_ms: number | null,
  /** The photographs that prove it; `None` where readings do. */
  photos: number | null,
  /** The datastream that proves it, where one does. */
  datastream: DatastreamView | null,
  /** Whether it is over. */
  over: boolean,
};

/** A report to be given. */
export type ReportView = {
  /** Its name in the plan. */
  report: string,
  /** What it is called, to whom and how. */
  title: TextView,
  /** Until when; `None` when it is given, or has no time. */
  due_ms: number | null,
  /** When it was given last. */
  given_ms: number | null,
  /** By whom. */
  given_by: PersonView | null,
  /** How often it was given. */
  times: number,
  /** Whether it is overdue. */
  overdue: boolean,
};

/** A line of a response. */
export type ItemView = {
  /** Its name in the plan. */
  item: string,
  /** What it is, as the API names it: `check`, `resource`, `notice`. */
  kind: string,
  /** What is to be checked, fetched or told. */
  title: TextView,
  /** When it was ticked. */
  done_ms: number | null,
  /** By whom. */
  done_by: PersonView | null,
};

/** A plume, worked out from an estimate: of a gas as light as air, over flat ground. */
export type PlumeView = {
  /** When it was estimated. */
  at_ms: number,
  /** By whom. */
  by: PersonView | null,
  /** Grams a second. */
  grams_a_sec: number,
  /** From where the wind blows, degrees. */
  wind_from: number,
  /** Metres a second. */
  wind_ms: number,
  /** By Pasquill, `A` to `F`. */
  stability: string,
  /** The lines of the thresholds that are exceeded, the least first. */
  contours: Array<ContourView>,
};

/** The line inside of which a threshold is exceeded. */
export type ContourView = {
  /** The threshold, in the unit of its property. */
  value: number,
  /** Whether it decides. */
  decides: boolean,
  /** How far downwind it reaches, metres. */
  reach_m: number,
  /** Its points, longitude and latitude, the first not repeated. */
  outline: Array<[number, number]>,
};

/** That an incident is at war, and what holds because of it. */
export type WarView = {
  /** Its place among the incidents at war: a wall shows the first that it shows at all. */
  rank: number,
  /** Since when. */
  since_ms: number,
  /** Who said so. */
  by: PersonView | null,
  /** The walls that show it, by the names of their tokens; none for all that reach to its area. */
  walls: Array<string>,
  /** Alarms of this level and less grave ones wait outside of its area. */
  quiet: number | null,
  /** The values that count. */
  thresholds: Array<ThresholdView>,
  /** How often sources are asked to measure. */
  sampling: Array<SamplingView>,
  /** How many alarms waited so far. */
  deferred: number,
};

/** A value that counts at war. */
export type ThresholdView = {
  /** Of which property. */
  property: string,
  /** In its unit. */
  value: number,
  /** What it is called. */
  title: TextView,
  /** Whether it decides. */
  decides: boolean,
};

/** A wish to the sources of a property. */
export type SamplingView = {
  /** Of which property. */
  property: string,
  /** So many seconds from one observation to the next. */
  every_secs: number,
};

/** What waited during a war that is over. */
export type LeftView = {
  /** When the war was over. */
  until_ms: number,
  /** How many alarms waited. */
  count: number,
  /** How many of them were still open then. */
  open: number,
};

/** An alarm that waits. */
export type WaitingView = {
  /** The alarm. */
  alarm: string,
  /** The number of the incident at war because of which it waits. */
  incident: number,
};

/** How many windows a trend holds. */
export const TREND_POINTS = 60;

/** How many events of each thing are held. */
export const EVENTS_PER_THING = 8;

/** How many notices of an alarm are held. */
export const TOLD_PER_ALARM = 16;

/** How many tasks of an incident are shown. */
export const TASKS_PER_INCIDENT = 40;
