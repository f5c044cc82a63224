import type { Report, ReportMoment, Reports } from "../feed/report";
import { rehearsalCommand } from "./command";
import { START_MS } from "./script";

const at = (secs: number) => new Date(START_MS + secs * 1_000).toISOString();
const same = (text: string) => ({ zh: text, en: text });

function told(position: number, secs: number, kind: ReportMoment["kind"], what: string, given: Partial<ReportMoment>) {
  const plain = { done_at: null, about: same(""), person: null, seat: "", note: "", evidence: null };
  return { position, at: at(secs), kind, what, ...plain, ...given };
}

const TIMELINE: readonly ReportMoment[] = [
  told(1_201, 0, "fact", "alarm_raised", { about: same("cl2-aegl2 gas-01:cl2") }),
  told(1_260, 42, "decision", "acknowledge", {
    person: "officer",
    seat: "一号席",
    note: "已电话核实",
    evidence: { by: "screen", position: 1_255, digest: "9f2c4b1a77d0".padEnd(64, "3") },
  }),
  told(1_301, 95, "decision", "open", { person: "officer", seat: "一号席", about: same("化工园氯气泄漏") }),
  told(1_320, 120, "decision", "move", { person: "officer", about: same("assessing"), note: "风向东北，下风向有学校" }),
  told(1_402, 180, "decision", "respond", {
    person: "commander",
    seat: "指挥席",
    about: { zh: "危险气体泄漏 Ⅱ", en: "Hazardous gas leak Ⅱ" },
    note: "学校在下风向",
    evidence: { by: "plan", plan: "hazardous-gas", digest: "a1b2c3d4e5f6" },
  }),
  told(1_480, 210, "step", "sign", { person: "field", about: { zh: "1 关闭根部阀", en: "1 Close the root valve" } }),
  told(1_602, 480, "program", "overdue", { about: { zh: "2 疏散学校", en: "2 Evacuate the school" } }),
  told(1_630, 512, "step", "sign", { person: "wang", about: { zh: "2 疏散学校", en: "2 Evacuate the school" } }),
  told(1_800, 1_260, "step", "finish", {
    person: "field",
    done_at: at(1_190),
    about: { zh: "1 关闭根部阀", en: "1 Close the root valve" },
    evidence: { by: "photos", digests: ["c0ffee".padEnd(64, "0"), "beef".padEnd(64, "1")] },
  }),
  told(2_100, 2_040, "program", "prove", {
    about: { zh: "1 关闭根部阀", en: "1 Close the root valve" },
    evidence: { by: "readings", datastream: "gas-01:cl2", from: at(1_320), to: at(2_030), value: 0.12 },
  }),
];

const leg = (name: string, count: number, median: number | null, p90: number | null, missing = 0) => ({
  leg: name,
  count,
  missing,
  reversed: 0,
  median_secs: median,
  p90_secs: p90,
});

const REPORT: Report = {
  drill: typeof location !== "undefined" && /drill=(inside|real)/.test(location.search) ? "drill-3" : null,
  at: at(2_400),
  alarms: [
    {
      alarm: "0".repeat(32),
      rule: "cl2-aegl2",
      subject: "gas-01:cl2",
      level: 1,
      started: at(-5),
      raised: at(0),
      returned: at(1_400),
      extreme: 8.4,
      threshold: 2,
      withdrawn: false,
      acknowledged: { at: at(42), person: "officer", seat: "一号席", note: "" },
    },
  ],
  timeline: TIMELINE,
  more: false,
  tasks: [
    {
      number: 1,
      title: { zh: "关闭 2# 液氯储罐根部阀", en: "Close the root valve of tank 2" },
      assignee: "field",
      stage: "verified",
      made: at(180),
      sign_by: at(480),
      done_by: at(1_380),
      signed: at(210),
      set_out: at(230),
      arrived: at(600),
      finished: at(1_190),
      verified: at(2_040),
      closed: null,
      relapses: 0,
    },
    {
      number: 2,
      title: { zh: "疏散学校", en: "Evacuate the school" },
      assignee: "wang",
      stage: "working",
      made: at(180),
      sign_by: at(480),
      done_by: at(1_980),
      signed: at(512),
      set_out: at(520),
      arrived: at(780),
      finished: null,
      verified: null,
      closed: null,
      relapses: 0,
    },
  ],
  figures: [
    leg("raised_to_acknowledged", 1, 42, 42),
    leg("raised_to_opened", 1, 95, 95),
    leg("opened_to_response", 1, 85, 85),
    leg("response_to_dispatch", 2, 0, 0),
    leg("dispatch_to_signed", 2, 181, 301.8),
    leg("dispatch_to_scene", 2, 510, 582),
    leg("dispatch_to_finished", 1, 1_010, 1_010, 1),
    leg("dispatch_to_closed", 0, null, null, 2),
    leg("opened_to_ended", 0, null, null, 1),
  ],
  late: [
    { what: "sign", number: 2, title: { zh: "疏散学校", en: "Evacuate the school" }, since: at(480), until: at(512) },
  ],
  missed: [],
  lessons: [{ at: at(2_300), person: "commander", note: "罐区阀门钥匙应放在门卫处，夜班可取" }],
  decisive: [{ datastream: "gas-01:cl2", from: at(-5), to: at(2_400), bounds: [0.4, 2] }],
};

/** A report without a server: invented. */
export const rehearsalReports: Reports = {
  async report() {
    const incident = await rehearsalCommand.incident("incident-1");
    if (incident === undefined) return undefined;
    return { position: 2_200, incident, report: REPORT, ledger: { n: 812, digest: "9f2c".padEnd(64, "7") } };
  },
  observed: async () =>
    Array.from({ length: 160 }, (_, place) => {
      const secs = place * 20 - 600;
      const value = 0.05 + 8.3 * Math.exp(-(((secs - 420) / 360) ** 2));
      return { ms: START_MS + secs * 1_000, value };
    }),
};
