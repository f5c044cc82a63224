/** The texts of the pages of an administrator. */
export interface AdminWords {
  readonly toAdmin: string;
  readonly linkTitle: string;
  readonly linkNote: string;
  readonly linkOver: string;
  readonly linkSet: (name: string) => string;
  readonly admin: {
    readonly tabs: Readonly<Record<"people" | "units" | "plans" | "packs", string>>;
    readonly notes: Readonly<Record<"people" | "units" | "plans" | "packs", string>>;
    readonly noRight: string;
    readonly asking: string;
    readonly none: string;
    readonly kept: string;
    readonly keep: string;
    readonly add: string;
    readonly yes: string;
    readonly no: string;
    readonly copy: string;
    readonly copied: string;
    readonly keptIt: string;
    readonly file: string;
    readonly checkOnly: string;
    readonly checked: string;
    readonly result: string;
    readonly lineOf: (line: number) => string;
    readonly people: (count: number) => string;
    readonly peopleHead: readonly string[];
    readonly newPerson: string;
    readonly pickPerson: string;
    readonly ownAccount: string;
    readonly nameNote: string;
    readonly rolesOf: string;
    readonly areas: string;
    readonly areasNote: string;
    readonly domains: string;
    readonly domainsNote: string;
    readonly everywhere: string;
    readonly neverSeen: string;
    readonly locked: string;
    readonly invited: string;
    readonly open: string;
    readonly signedIn: (count: number) => string;
    readonly second: string;
    readonly secondSet: string;
    readonly sessions: string;
    readonly identity: string;
    readonly makeWithLink: string;
    readonly made: (name: string) => string;
    readonly lock: string;
    readonly unlock: string;
    readonly lockNote: string;
    readonly endSessions: string;
    readonly ended: (name: string) => string;
    readonly resetSecond: string;
    readonly newLink: string;
    readonly linkOf: (name: string) => string;
    readonly linkNote: (until: string) => string;
    readonly tokens: string;
    readonly tokenHead: readonly string[];
    readonly newToken: string;
    readonly tokenName: string;
    readonly tokenFor: string;
    readonly seatNote: string;
    readonly devices: Readonly<Record<string, string>>;
    readonly issue: string;
    readonly issued: (name: string) => string;
    readonly tokenOf: (name: string) => string;
    readonly tokenNote: string;
    readonly revoke: (name: string) => string;
    readonly revokedNow: (name: string) => string;
    readonly revoked: string;
    readonly valid: string;
    readonly units: (count: number, stale: number) => string;
    readonly unitHead: readonly string[];
    readonly newUnit: string;
    readonly pickUnit: string;
    readonly kinds: Readonly<Record<string, string>>;
    readonly statuses: Readonly<Record<string, string>>;
    readonly retired: string;
    readonly retire: string;
    readonly restore: string;
    readonly always: string;
    readonly noPosition: string;
    readonly lost: (age: string) => string;
    readonly id: string;
    readonly nameZh: string;
    readonly nameEn: string;
    readonly kind: string;
    readonly skills: string;
    readonly skillsNote: string;
    readonly area: string;
    readonly areaNote: string;
    readonly lon: string;
    readonly lat: string;
    readonly shift: string;
    readonly shiftNote: string;
    readonly pace: string;
    readonly paceNote: string;
    readonly carrier: string;
    readonly carrierNote: string;
    readonly places: string;
    readonly tracked: string;
    readonly import: string;
    readonly importNote: string;
    readonly importText: string;
    readonly notJson: string;
    readonly take: string;
    readonly imported: string;
    readonly importResult: (added: number, changed: number, same: number, rejected: number) => string;
    readonly plans: (count: number) => string;
    readonly planHead: readonly string[];
    readonly pickPlan: string;
    readonly checkDraft: string;
    readonly runsUnder: string;
    readonly noIncident: string;
    readonly otherText: string;
    readonly planOf: (pack: string, digest: string) => string;
    readonly startWhen: string;
    readonly tasks: string;
    readonly clocks: string;
    readonly lines: string;
    readonly sorts: Readonly<Record<"check" | "resource" | "notice", string>>;
    readonly sinces: Readonly<Record<string, string>>;
    readonly noClock: string;
    readonly within: (since: string, term: string) => string;
    readonly every: (term: string) => string;
    readonly workingHours: (count: number) => string;
    readonly workingDays: (count: number) => string;
    readonly signWithin: (term: string) => string;
    readonly doneWithin: (term: string) => string;
    readonly byPhotos: (count: number) => string;
    readonly byReading: (property: string, bounds: string, term: string) => string;
    readonly draftNote: string;
    readonly draftPack: string;
    readonly draftFile: string;
    readonly draftText: string;
    readonly draftGood: string;
    readonly draftWrong: (count: number) => string;
    readonly asWhole: string;
    readonly packs: (count: number) => string;
    readonly packHead: readonly string[];
    readonly pickPack: string;
    readonly packHolds: (things: number, derived: number, events: number, plans: number) => string;
    readonly casesPass: (count: number) => string;
    readonly casesFail: (failed: number, count: number) => string;
  };
}

export const zhAdmin: AdminWords = {
  toAdmin: "管理",
  linkTitle: "设置密码",
  linkNote: "管理员为您开设了账号。此链接只能使用一次",
  linkOver: "此链接已失效：用过、过期，或管理员另发了新链接。请联系管理员",
  linkSet: (name) => `密码已设置，请以账号 ${name} 登录`,
  admin: {
    tabs: { people: "人员", units: "力量", plans: "预案", packs: "领域包" },
    notes: {
      people: "每一次改动都记入台账。管理员与审计员不能是同一账号",
      units: "力量名册：谁可派遣。此处不显示任何人的位置",
      plans: "预案只读；草案在此核对，不会启用",
      packs: "已加载的领域包及其规则用例；草案在此核对，不会启用",
    },
    noRight: "没有这一页的权限",
    asking: "正在读取…",
    none: "没有",
    kept: "已保存",
    keep: "保存",
    add: "加入名册",
    yes: "是",
    no: "否",
    copy: "复制",
    copied: "已复制",
    keptIt: "已交给本人",
    file: "选择文件",
    checkOnly: "只核对",
    checked: "已核对",
    result: "核对结果",
    lineOf: (line) => `第 ${line} 行`,
    people: (count) => `${count} 个账号`,
    peopleHead: ["账号", "姓名", "角色", "辖区", "领域", "状态", "二次", "最近在线"],
    newPerson: "新建账号",
    pickPerson: "选择一个账号，或按 N 新建",
    ownAccount: "这是您自己的账号，须由另一位管理员改动",
    nameNote: "小写字母、数字、. _ -，不可重复使用",
    rolesOf: "角色",
    areas: "辖区代码",
    areasNote: "GB/T 2260，如 330802；不填为全市",
    domains: "负责领域（部门）",
    domainsNote: "领域包名，如 air water；不填为全部",
    everywhere: "全市",
    neverSeen: "从未",
    locked: "已停用",
    invited: "待设密码",
    open: "可用",
    signedIn: (count) => `在线 ${count}`,
    second: "二次验证",
    secondSet: "已设",
    sessions: "在线处数",
    identity: "统一登录标识",
    makeWithLink: "建立并生成链接",
    made: (name) => `账号 ${name} 已建立`,
    lock: "停用",
    unlock: "恢复",
    lockNote: "停用、改角色或辖区，都会使其当前登录立即失效。账号不删除：台账提到它",
    endSessions: "结束全部登录",
    ended: (name) => `${name} 的登录已全部结束`,
    resetSecond: "取消二次验证",
    newLink: "重发设密码链接",
    linkOf: (name) => `${name} 的设密码链接`,
    linkNote: (until) => `只显示这一次，只能使用一次，${until} 前有效。请当面或以可信方式交给本人`,
    tokens: "令牌",
    tokenHead: ["名称", "用途", "席位", "签发", "状态"],
    newToken: "签发令牌",
    tokenName: "名称",
    tokenFor: "用途",
    seatNote: "大屏必填",
    devices: { wall: "大屏", source: "数据源", listener: "订阅程序" },
    issue: "签发",
    issued: (name) => `令牌 ${name} 已签发`,
    tokenOf: (name) => `令牌 ${name}`,
    tokenNote: "只显示这一次。系统只保存它的摘要",
    revoke: (name) => `撤销 ${name}`,
    revokedNow: (name) => `令牌 ${name} 已撤销`,
    revoked: "已撤销",
    valid: "有效",
    units: (count, stale) => `${count} 支力量${stale > 0 ? ` · 位置陈旧 ${stale}` : ""}`,
    unitHead: ["编号", "名称", "类别", "能力", "辖区", "班次", "状态", "位置时间"],
    newUnit: "新增力量",
    pickUnit: "选择一支力量，N 新增，I 导入",
    kinds: {
      person: "人员",
      vehicle: "车辆",
      equipment: "装备",
      warehouse: "物资库",
      shelter: "避难场所",
      hospital: "医院",
    },
    statuses: {
      available: "待命",
      assigned: "已派",
      en_route: "出动",
      on_scene: "到场",
      returning: "返回",
      out_of_service: "停用",
    },
    retired: "已撤编",
    retire: "撤编",
    restore: "恢复编制",
    always: "全天",
    noPosition: "无位置",
    lost: (age) => `失联 ${age}`,
    id: "编号",
    nameZh: "中文名",
    nameEn: "英文名",
    kind: "类别",
    skills: "能力",
    skillsNote: "如 fire hazmat，空格分开",
    area: "辖区代码",
    areaNote: "GB/T 2260",
    lon: "驻地经度",
    lat: "驻地纬度",
    shift: "班次",
    shiftNote: "如 20:00-08:00；不填为全天",
    pace: "行驶用时",
    paceNote: "小客车为 100",
    carrier: "携机账号",
    carrierNote: "谁带着它的手机",
    places: "容纳人数",
    tracked: "有手机或定位器",
    import: "导入",
    importNote:
      "JSON（单个数组）或 CSV（首行为列名：id,name_zh,name_en,kind,lon,lat…）。先核对，再导入；不合格的行逐一列出，其余照常",
    importText: "内容",
    notJson: "不是 JSON 数组，也不是 CSV",
    take: "导入",
    imported: "已导入",
    importResult: (added, changed, same, rejected) =>
      `新增 ${added} · 改动 ${changed} · 不变 ${same} · 未接受 ${rejected}`,
    plans: (count) => `${count} 个预案`,
    planHead: ["预案", "领域包", "版本", "类别", "级别", "任务", "时限", "在用"],
    pickPlan: "选择一个预案阅读",
    checkDraft: "核对草案",
    runsUnder: "进行中事件所用的预案版本",
    noIncident: "没有进行中的事件",
    otherText: "与当前文本不同",
    planOf: (pack, digest) => `${pack} · ${digest}`,
    startWhen: "启动条件",
    tasks: "任务",
    clocks: "信息报告时限",
    lines: "清单",
    sorts: { check: "核对", resource: "资源", notice: "通知" },
    sinces: { known: "接报后", started: "启动后", ended: "终止后" },
    noClock: "没有时限",
    within: (since, term) => `${since} ${term}内`,
    every: (term) => `此后每 ${term}`,
    workingHours: (count) => `${count} 工作小时`,
    workingDays: (count) => `${count} 工作日`,
    signWithin: (term) => `${term}内签收`,
    doneWithin: (term) => `${term}内完成`,
    byPhotos: (count) => `照片 ${count} 张，另一人核证`,
    byReading: (property, bounds, term) => `读数核证：${property} ${bounds}，持续 ${term}`,
    draftNote: "草案按启动时的同一读法逐条核对：指出文件、行号与改法。不会启用，也不保存",
    draftPack: "替换哪个领域包的",
    draftFile: "文件",
    draftText: "草案内容",
    draftGood: "没有问题：系统会接受它",
    draftWrong: (count) => `${count} 处问题`,
    asWhole: "整体",
    packs: (count) => `${count} 个领域包`,
    packHead: ["领域包", "版本", "指标", "对象", "规则", "用例", "距最近数据"],
    pickPack: "选择一个领域包",
    packHolds: (things, derived, events, plans) =>
      `对象 ${things} · 推导 ${derived} · 事件类型 ${events} · 预案 ${plans}`,
    casesPass: (count) => (count === 0 ? "无用例" : `${count} 例通过`),
    casesFail: (failed, count) => `${failed} / ${count} 例未过`,
  },
};

export const enAdmin: AdminWords = {
  toAdmin: "Administration",
  linkTitle: "Set your password",
  linkNote: "An administrator made an account for you. This link works once",
  linkOver: "This link opens nothing: used, too old, or a newer one was made. Ask the administrator",
  linkSet: (name) => `The password is set: sign in as ${name}`,
  admin: {
    tabs: { people: "People", units: "Units", plans: "Plans", packs: "Packs" },
    notes: {
      people: "Every change is on the ledger. No account is both administrator and auditor",
      units: "The register: who can be sent. Nobody's place is shown here",
      plans: "Plans are read here; drafts are checked and not applied",
      packs: "Packs that are loaded, and the cases of their rules; drafts are checked and not applied",
    },
    noRight: "You have no right to this page",
    asking: "asking…",
    none: "none",
    kept: "Kept",
    keep: "Keep",
    add: "Add to the register",
    yes: "yes",
    no: "no",
    copy: "Copy",
    copied: "Copied",
    keptIt: "Handed over",
    file: "Choose a file",
    checkOnly: "Check only",
    checked: "Checked",
    result: "What the check says",
    lineOf: (line) => `line ${line}`,
    people: (count) => `${count} accounts`,
    peopleHead: ["Account", "Name", "Roles", "Areas", "Domains", "State", "2nd", "Last seen"],
    newPerson: "New account",
    pickPerson: "Choose an account, or press N for a new one",
    ownAccount: "This is your own account: another administrator changes it",
    nameNote: "a to z, 0 to 9, . _ -; never given twice",
    rolesOf: "Roles",
    areas: "Areas",
    areasNote: "GB/T 2260, for example 330802; none for the whole city",
    domains: "Domains (department)",
    domainsNote: "names of packs, for example air water; none for all",
    everywhere: "whole city",
    neverSeen: "never",
    locked: "locked",
    invited: "no password",
    open: "open",
    signedIn: (count) => `online ${count}`,
    second: "Second factor",
    secondSet: "set",
    sessions: "Signed in at",
    identity: "Identity at the provider",
    makeWithLink: "Make, with a link",
    made: (name) => `Account ${name} is made`,
    lock: "Lock",
    unlock: "Unlock",
    lockNote:
      "Locking, other roles or other areas end the sessions at once. Accounts are not removed: the ledger speaks of them",
    endSessions: "End all sessions",
    ended: (name) => `All sessions of ${name} are ended`,
    resetSecond: "Take the second factor away",
    newLink: "New link for a password",
    linkOf: (name) => `Link for ${name}`,
    linkNote: (until) => `Shown this once, works once, until ${until}. Hand it over in person or by a way you trust`,
    tokens: "Tokens",
    tokenHead: ["Name", "For", "Seat", "Issued", "State"],
    newToken: "Issue a token",
    tokenName: "Name",
    tokenFor: "For",
    seatNote: "needed by a wall",
    devices: { wall: "wall", source: "source of data", listener: "listener" },
    issue: "Issue",
    issued: (name) => `Token ${name} is issued`,
    tokenOf: (name) => `Token ${name}`,
    tokenNote: "Shown this once. The program keeps only its digest",
    revoke: (name) => `Revoke ${name}`,
    revokedNow: (name) => `Token ${name} is revoked`,
    revoked: "revoked",
    valid: "valid",
    units: (count, stale) => `${count} units${stale > 0 ? ` · ${stale} with an old position` : ""}`,
    unitHead: ["Id", "Name", "Kind", "Skills", "Area", "Shift", "Status", "Position"],
    newUnit: "New unit",
    pickUnit: "Choose a unit; N adds one, I imports",
    kinds: {
      person: "person",
      vehicle: "vehicle",
      equipment: "equipment",
      warehouse: "warehouse",
      shelter: "shelter",
      hospital: "hospital",
    },
    statuses: {
      available: "available",
      assigned: "assigned",
      en_route: "en route",
      on_scene: "on scene",
      returning: "returning",
      out_of_service: "out",
    },
    retired: "retired",
    retire: "Retire",
    restore: "Restore",
    always: "always",
    noPosition: "no position",
    lost: (age) => `lost ${age}`,
    id: "Id",
    nameZh: "Chinese name",
    nameEn: "English name",
    kind: "Kind",
    skills: "Skills",
    skillsNote: "for example fire hazmat",
    area: "Area",
    areaNote: "GB/T 2260",
    lon: "Longitude of home",
    lat: "Latitude of home",
    shift: "Shift",
    shiftNote: "for example 20:00-08:00; none for always",
    pace: "Time on a road",
    paceNote: "100 for a car",
    carrier: "Account",
    carrierNote: "who carries its phone",
    places: "Places",
    tracked: "Has a phone or a tracker",
    import: "Import",
    importNote:
      "JSON (one array) or CSV (first line: id,name_zh,name_en,kind,lon,lat…). Check first, then take; each row that is not taken is named, the others count",
    importText: "Content",
    notJson: "neither a JSON array nor CSV",
    take: "Take",
    imported: "Taken",
    importResult: (added, changed, same, rejected) =>
      `${added} added · ${changed} changed · ${same} as before · ${rejected} not taken`,
    plans: (count) => `${count} plans`,
    planHead: ["Plan", "Pack", "Version", "Class", "Levels", "Tasks", "Clocks", "In use"],
    pickPlan: "Choose a plan to read",
    checkDraft: "Check a draft",
    runsUnder: "Which text open incidents run under",
    noIncident: "no open incident",
    otherText: "not the present text",
    planOf: (pack, digest) => `${pack} · ${digest}`,
    startWhen: "Started when",
    tasks: "Tasks",
    clocks: "Reporting clocks",
    lines: "Lines to tick",
    sorts: { check: "check", resource: "resource", notice: "tell" },
    sinces: { known: "after it was known", started: "after the start", ended: "after the end" },
    noClock: "no clock",
    within: (since, term) => `within ${term} ${since}`,
    every: (term) => `then every ${term}`,
    workingHours: (count) => `${count} working hours`,
    workingDays: (count) => `${count} working days`,
    signWithin: (term) => `signed within ${term}`,
    doneWithin: (term) => `done within ${term}`,
    byPhotos: (count) => `${count} photographs, verified by another person`,
    byReading: (property, bounds, term) => `proven by ${property} ${bounds} for ${term}`,
    draftNote:
      "A draft is read as packs are read at the start: file, line, and what to do. It is not applied and not kept",
    draftPack: "In the place of that of pack",
    draftFile: "File",
    draftText: "The draft",
    draftGood: "Nothing is wrong: the program would take it",
    draftWrong: (count) => `${count} mistakes`,
    asWhole: "the whole",
    packs: (count) => `${count} packs`,
    packHead: ["Pack", "Version", "Properties", "Things", "Rules", "Cases", "Since last data"],
    pickPack: "Choose a pack",
    packHolds: (things, derived, events, plans) =>
      `${things} things · ${derived} derived · ${events} kinds of events · ${plans} plans`,
    casesPass: (count) => (count === 0 ? "no cases" : `${count} pass`),
    casesFail: (failed, count) => `${failed} of ${count} fail`,
  },
};
