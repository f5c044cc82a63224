import type { AlarmView, ShelvingView } from "../feed/messages";
import type { Quieting, Undone } from "../feed/shelving";
import { actor } from "./door";

/** What is kept quiet when the rehearsal begins: a gauge that is cleaned, a square with an event, and two devices of which one waits for its approval. */
export function shelvedAt(nowMs: number): ShelvingView {
  const by = (person: string, display: string, note: string, minutes: number) => ({
    person,
    display,
    seat: "一号席",
    at_ms: nowMs - minutes * 60_000,
    note,
  });
  return {
    shelved: [
      {
        record: 1_203_870,
        alarm: "shelved-1",
        level: 2,
        thing: "rain-qz-07",
        rule: "rain-3h-orange",
        property: "rain_3h",
        key: null,
        until_ms: nowMs + 22 * 60_000,
        by: by("officer", "陈晓东", "筒体清淤", 38),
      },
      {
        record: 1_203_112,
        alarm: "shelved-2",
        level: 3,
        thing: "cam-qz-05",
        rule: "crowd",
        property: "people",
        key: null,
        until_ms: nowMs + 102 * 60_000,
        by: by("li", "李婷", "广场有报备活动", 138),
      },
    ],
    out_of_service: [
      {
        record: 1_180_004,
        thing: "rain-qz-12",
        rule: "rain-3h-orange",
        asked: by("officer", "陈晓东", "返厂，06-30 前", 26 * 60),
        approved: by("zhou", "周建国", "", 25 * 60),
      },
      {
        record: 1_204_020,
        thing: "gw-02",
        rule: "gateway-no-data",
        asked: by("li", "李婷", "断电检修", 9),
        approved: null,
      },
    ],
  };
}

/** What the rehearsal keeps quiet, as a server would. */
export class Quiet {
  private held: ShelvingView;
  private readonly marks = new Map<string, NonNullable<AlarmView["false_alarm"]>>();
  private records = 2_000_000;

  constructor(
    begin: ShelvingView,
    private readonly nowMs: () => number,
    /** Something changed: the alarms that may be others are told again. */
    private readonly changed: (shelving: ShelvingView) => void,
  ) {
    this.held = begin;
  }

  get shelving(): ShelvingView {
    return this.held;
  }

  /** An alarm with what is known of it here. */
  of(alarm: AlarmView): AlarmView {
    const { quiet: _quiet, false_alarm: _mark, ...rest } = alarm;
    const mark = this.marks.get(alarm.id);
    const why = this.why(alarm);
    return {
      ...rest,
      ...(why === undefined ? {} : { quiet: why }),
      ...(mark === undefined ? {} : { false_alarm: mark }),
    };
  }

  /** What is over comes back. */
  tick(): void {
    const shelved = this.held.shelved.filter(({ until_ms }) => until_ms > this.nowMs());
    if (shelved.length !== this.held.shelved.length) this.keep({ ...this.held, shelved });
  }

  readonly door: Quieting = {
    shelve: async (alarm, _position, minutes, note) => {
      if (alarm.level === 1) return "最高等级的报警不能搁置或停用：请签收，或标为误报";
      this.records += 1;
      const { id, level, rule, thing, property, key } = alarm;
      const until_ms = this.nowMs() + minutes * 60_000;
      const by = this.by(note);
      const shelf = { record: this.records, alarm: id, level, rule, thing, property, key, until_ms, by };
      return this.keep({ ...this.held, shelved: [...this.held.shelved, shelf] });
    },
    askOut: async ({ rule, thing }, _position, note) => {
      this.records += 1;
      const out = { record: this.records, rule, thing, asked: this.by(note), approved: null };
      return this.keep({ ...this.held, out_of_service: [...this.held.out_of_service, out] });
    },
    markFalse: async ({ id }, _position, note) => {
      this.marks.set(id, this.by(note));
      return this.keep(this.held);
    },
    unmarkFalse: async (id) => {
      this.marks.delete(id);
      return this.keep(this.held);
    },
    bringBack: async (shelf) =>
      this.keep({ ...this.held, shelved: this.held.shelved.filter(({ record }) => record !== shelf) }),
    approveOut: async (request) => {
      const approved = this.by("");
      const out = this.held.out_of_service.map((each) => (each.record === request ? { ...each, approved } : each));
      return this.keep({ ...this.held, out_of_service: out });
    },
    endOut: async (request) =>
      this.keep({ ...this.held, out_of_service: this.held.out_of_service.filter(({ record }) => record !== request) }),
  };

  private why({ rule, thing, property, key }: AlarmView): AlarmView["quiet"] {
    const out = this.held.out_of_service.some(
      (each) => each.approved !== null && each.rule === rule && each.thing === thing,
    );
    if (out) return "out_of_service";
    const shelf = this.held.shelved.some(
      (each) => each.rule === rule && each.thing === thing && each.property === property && each.key === key,
    );
    return shelf ? "shelved" : undefined;
  }

  private by(note: string) {
    const { name: person, display, seat } = actor();
    return { person, display, seat, at_ms: this.nowMs(), note };
  }

  private keep(held: ShelvingView): Undone {
    this.held = held;
    this.changed(held);
    return undefined;
  }
}
