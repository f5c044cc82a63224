import type { Snapshot } from "../feed/messages";
import { Scene } from "../feed/scene";
import { rehearse } from "../rehearsal/script";
import { snapshotAtWar } from "../rehearsal/war";

/** One state in which a panel is shown alone. */
export interface Sample {
  readonly title: string;
  readonly snapshot: Snapshot;
}

const { snapshot, deltas } = rehearse();

function at(secs: number): Snapshot {
  const scene = new Scene();
  scene.apply({ type: "snapshot", ...snapshot });
  for (const delta of deltas.slice(0, secs)) scene.apply({ type: "delta", ...delta });
  return { ...snapshot, position: scene.position ?? 0, now_ms: scene.nowMs, state: scene.view() };
}

// The panels of war need an incident that is at war; the others do not know of it.
const quiet = unheard(snapshotAtWar(at(5)));
const busy = unheard(snapshotAtWar(at(200)));

/** The same, where nothing waits. */
function unheard(snapshot: Snapshot): Snapshot {
  return { ...snapshot, state: { ...snapshot.state, waiting: [] } };
}

/** Every kind of alarm row: waiting, acknowledged, returned, corrected, deferred. */
function mixed(): Snapshot {
  const alarms = busy.state.alarms.map((alarm, index) => {
    if (index === 0) {
      const before = { started_ms: alarm.started_ms + 70_000, ended_ms: null, extreme: alarm.extreme };
      return { ...alarm, corrected: true, before };
    }
    if (index % 3 === 1)
      return {
        ...alarm,
        state: "acknowledged" as const,
        acknowledged: { person: "zhang.wei", display: "张伟", seat: "一号席", at_ms: busy.now_ms, note: "" },
      };
    if (index % 3 === 2)
      return {
        ...alarm,
        state: "returned_unacknowledged" as const,
        ended_ms: busy.now_ms - 3_000,
        corrected: true,
        before: { started_ms: alarm.started_ms + 20_000, ended_ms: null, extreme: alarm.extreme },
      };
    return alarm;
  });
  const shown = alarms.slice(0, 5);
  const waiting = shown.slice(3, 4).map(({ id }) => ({ alarm: id, incident: 1 }));
  return { ...busy, state: { ...busy.state, alarms: shown, waiting } };
}

/** A channel that fails, and who was told of each alarm. */
function untold(): Snapshot {
  const nowMs = busy.now_ms;
  const well = { waiting: 0, waiting_since_ms: null, failing_since_ms: null, given_up: 0, given_up_ms: null };
  const since = { waiting_since_ms: nowMs - 725_000, failing_since_ms: nowMs - 720_000 };
  const channels = [
    { channel: "值班群", ...well },
    { channel: "短信", ...well, waiting: 3, ...since },
    { channel: "邮件", ...well, given_up: 1, given_up_ms: nowMs - 3_600_000 },
  ];
  const notice = { change: "raised" as const, at_ms: nowMs - 90_000 };
  const told = busy.state.alarms.map(({ id }) => ({
    alarm: id,
    notices: [
      { ...notice, notice: "n1", channel: "值班群", state: "delivered" as const, attempts: 1 },
      { ...notice, notice: "n2", channel: "短信", state: "waiting" as const, attempts: 7 },
      { ...notice, notice: "n3", channel: "邮件", state: "given_up" as const, attempts: 9 },
    ],
  }));
  return { ...busy, state: { ...busy.state, channels, told } };
}

const { things, alarms, incidents = [] } = busy.state;
/** An incident of which nothing is known but that it is at war. */
const bare = incidents.map((incident) => ({
  ...incident,
  plume: null,
  tasks: [],
  tasks_count: 0,
  tasks_over: 0,
  reports: [],
  items: [],
  roles: [],
  affected: [],
  commander: null,
}));
const LATER_MS = 4 * 3_600_000;

/** The states that every panel must stand in; the first four are held by pictures. */
export const SAMPLES: readonly Sample[] = [
  { title: "正常 normal", snapshot: quiet },
  { title: "异常 abnormal", snapshot: busy },
  { title: "数据陈旧 stale", snapshot: { ...busy, now_ms: busy.now_ms + LATER_MS } },
  {
    title: "没有数据 no data",
    snapshot: { ...busy, state: { things, latest: [], trends: [], indices: [], alarms, sources: [], incidents: bare } },
  },
  { title: "各种报警状态 states of alarms", snapshot: mixed() },
  { title: "通知不畅 notices in trouble", snapshot: untold() },
  {
    title: "空 empty",
    snapshot: { ...quiet, state: { things: [], latest: [], trends: [], indices: [], alarms: [], sources: [] } },
  },
];
