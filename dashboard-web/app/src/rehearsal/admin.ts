import type { Account, Admin, Pack, PlanTask, Reply, Token, UnitRow, WholePlan } from "../feed/admin";

const ago = (secs: number) => new Date(Date.now() - secs * 1_000).toISOString();
const done = async <T>(value: T): Promise<Reply<T>> => ({ outcome: "done", value });

function account(name: string, display: string, role: string, given: Partial<Account> = {}): Account {
  return {
    name,
    display,
    roles: [role],
    areas: [],
    domains: [],
    closed: false,
    must_change_password: false,
    second_factor: false,
    subject: null,
    last_seen: ago(400),
    link_until: null,
    sessions: 0,
    ...given,
  };
}

let accounts: readonly Account[] = [
  account("administrator", "示例管理员", "administrator", { second_factor: true, sessions: 1, last_seen: ago(5) }),
  account("audit", "示例审计员", "auditor", { last_seen: ago(90_000) }),
  account("chen.j", "陈建（示例）", "shift_leader", { second_factor: true, sessions: 1 }),
  account("env.desk", "生态环境局（示例）", "department", { domains: ["air", "water"] }),
  account("li.na", "李娜（示例）", "duty_officer", { areas: ["330802", "330803"], sessions: 2 }),
  account("officer", "值班员（示例）", "duty_officer", { sessions: 1 }),
  account("wang.f", "王芳（示例）", "field", { areas: ["330803"], last_seen: null, link_until: ago(-90_000) }),
  account("zhou.old", "周明（示例）", "viewer", { closed: true, last_seen: ago(8_640_000) }),
];
let tokens: readonly Token[] = [
  { name: "hall-wall", role: "wall", seat: "指挥大厅", issued: ago(2_000_000), revoked: false },
  { name: "gas-gateway", role: "source", seat: "", issued: ago(3_000_000), revoked: false },
  { name: "old-probe", role: "listener", seat: "", issued: ago(9_000_000), revoked: true },
];

function unit(
  id: string,
  zh: string,
  en: string,
  kind: string,
  given: Partial<UnitRow> = {},
  retired = false,
): UnitRow {
  return {
    unit: {
      id,
      name: { zh, en },
      kind,
      skills: kind === "vehicle" ? ["fire", "hazmat"] : [],
      area: "330802",
      home: [118.87, 28.97],
      shift: kind === "person" ? "08:00-20:00" : null,
      account: kind === "person" ? "wang.f" : null,
      tracked: kind === "person" || kind === "vehicle",
      pace: kind === "vehicle" ? 120 : 100,
      capacity: kind === "shelter" ? { places: 300, taken: 20 } : null,
      stock: [],
      ...(retired ? { retired } : {}),
    },
    status: "available",
    since: null,
    by: null,
    on_shift: true,
    position_age_secs: kind === "person" || kind === "vehicle" ? 20 : null,
    stale: false,
    lost: false,
    ...given,
  };
}

const UNITS: readonly UnitRow[] = [
  unit("fire-1", "模拟一中队一号车", "Simulated engine 1", "vehicle"),
  unit("fire-2", "模拟一中队二号车", "Simulated engine 2", "vehicle", { status: "en_route" }),
  unit("fire-3", "模拟二中队一号车", "Simulated engine 3", "vehicle", { stale: true, position_age_secs: 340 }),
  unit("gone-1", "模拟旧泵车", "Simulated old pump", "vehicle", { position_age_secs: null }, true),
  unit("med-1", "模拟救护一组", "Simulated medics 1", "person", { stale: true, lost: true, position_age_secs: 4_000 }),
  unit("pump-1", "模拟移动泵", "Simulated pump", "equipment"),
  unit("shelter-1", "模拟避难场所", "Simulated shelter", "shelter"),
];

const secs = (count: number) => ({ unit: "secs", count }) as const;
const TASKS: readonly PlanTask[] = [
  {
    id: "stop",
    title: { zh: "切断泄漏源", en: "Stop the leak" },
    role: "site",
    levels: [1, 2, 3],
    sign_within: secs(120),
    done_within: secs(1_800),
    proof: { by: "reading", property: "cl2", at_most: "warning", at_least: null, for_secs: 600 },
  },
  {
    id: "evacuate",
    title: { zh: "下风向撤离", en: "Evacuate downwind" },
    role: "police",
    levels: [1, 2],
    sign_within: secs(120),
    done_within: secs(2_400),
    proof: { by: "evidence", photos: 2 },
  },
];
const PLANS: readonly WholePlan[] = [
  {
    id: "gas-leak",
    pack: "air",
    digest: "3f9a01c2d7e4",
    title: { zh: "危险气体泄漏（示例）", en: "Toxic gas leak (example)" },
    class: "accident",
    gbt35561_code: null,
    source: "[ours]",
    levels: [1, 2, 3].map((level) => ({
      level,
      when: { zh: `示例条件 ${level}：由人判断`, en: `Example condition ${level}: a person decides` },
    })),
    roles: [
      { id: "site", title: { zh: "现场处置", en: "On site" } },
      { id: "police", title: { zh: "疏散警戒", en: "Evacuation" } },
    ],
    tasks: TASKS,
    reports: [
      {
        id: "first",
        title: { zh: "初报", en: "First report" },
        levels: [1, 2],
        since: "known",
        within: secs(1_800),
        every_secs: null,
        source: "[ours]",
      },
    ],
    items: [{ id: "wind", kind: "check", title: { zh: "核对风向", en: "Check the wind" }, levels: [1, 2, 3] }],
  },
];

const PACKS: readonly Pack[] = [
  {
    id: "air",
    title: { zh: "空气与气体", en: "Air and gas" },
    version: "0.4.0",
    description: "空气质量与危险气体（示例数据）",
    place: "built in: air",
    properties: ["pm25", "cl2"],
    things: 42,
    rules: [
      { id: "cl2-high", title: { zh: "氯气超限", en: "Chlorine high" }, digest: "a1b2c3d4e5f6", cases: 4, failed: [] },
      {
        id: "pm25-high",
        title: { zh: "PM2.5 偏高", en: "PM2.5 high" },
        digest: "0f0e0d0c0b0a",
        cases: 3,
        failed: ["rule `pm25-high`, case `rises`: expected raised 60; the rule said nothing"],
      },
    ],
    derived: 2,
    events: 0,
    plans: PLANS,
  },
];

/** An administration that nothing is kept of. */
export const rehearsalAdmin: Admin = {
  accounts: () => done(accounts),
  makeAccount: (name, form) => {
    const made = { ...account(name, form.display, "", { ...form, last_seen: null }), link_until: ago(-172_800) };
    accounts = [...accounts, made];
    return done({ ...made, link: { token: "0".repeat(64), until: ago(-172_800) } });
  },
  changeAccount: (name, form) => {
    const was = accounts.find((one) => one.name === name);
    if (was === undefined) return Promise.resolve({ outcome: "refused", why: name });
    const now = { ...was, ...form };
    accounts = accounts.map((one) => (one.name === name ? now : one));
    return done(now);
  },
  link: () => done({ token: "0".repeat(64), until: ago(-172_800) }),
  endSessions: () => done(undefined),
  tokens: () => done(tokens),
  issue: (name, role, seat) => {
    tokens = [...tokens, { name, role, seat, issued: ago(0), revoked: false }];
    return done({ token: "1".repeat(64) });
  },
  revoke: (name) => {
    tokens = tokens.map((one) => (one.name === name ? { ...one, revoked: true } : one));
    return done(undefined);
  },
  units: () => done(UNITS),
  importUnits: ({ check }) =>
    done({
      added: 3,
      changed: 1,
      unchanged: 0,
      rejected: [{ line: 4, id: "v-2", why: "unknown variant `castle`" }],
      done: !check,
    }),
  plans: () => done(PLANS),
  running: () =>
    done([
      {
        id: "incident-1",
        number: 1,
        title: "高新园区 2# 液氯储罐泄漏（示例）",
        ended: null,
        response_level: 2,
        plan: "gas-leak",
        plan_pack: "air",
        plan_digest: "3f9a01c2d7e4",
      },
    ]),
  packs: () => done(PACKS),
  check: () =>
    done({
      problems: [
        { file: "plans.toml", line: 12, message: "the plan has no role `sit`: add a [[plan.role]] with this id" },
      ],
      pack: null,
    }),
};
