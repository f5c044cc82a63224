/** The texts of signing in, and of who is signed in. */
export interface SignInWords {
  readonly product: string;
  readonly signIn: string;
  readonly signingIn: string;
  readonly account: string;
  readonly password: string;
  readonly seatOptional: string;
  readonly out: Readonly<Record<"ended" | "left" | "token", string>>;
  readonly wrong: string;
  readonly tooMany: (patience: string) => string;
  readonly serverAway: string;
  readonly notDone: (why: string) => string;
  readonly firstTitle: string;
  readonly firstNote: string;
  readonly display: string;
  readonly passwordAgain: string;
  readonly passwordsDiffer: string;
  readonly firstMake: string;
  readonly firstOver: string;
  readonly passwordChange: string;
  readonly passwordMust: string;
  readonly passwordOld: string;
  readonly passwordOldWrong: string;
  readonly passwordNew: string;
  readonly passwordKeep: string;
  readonly passwordChanged: string;
  readonly sending: string;
  readonly byProvider: (name: string) => string;
  readonly providerAway: string;
  readonly providerRefused: Readonly<Record<string, string>>;
  readonly providerUnknown: (subject: string) => string;
  readonly passwordWrong: string;
  readonly second: string;
  readonly secondMust: string;
  readonly secondSet: string;
  readonly secondRemove: string;
  readonly secondRemoved: string;
  readonly code: string;
  readonly codeNote: string;
  readonly codeShown: string;
  readonly codeWrong: string;
  readonly qr: string;
  readonly scan: string;
  readonly next: string;
  readonly confirm: string;
  readonly back: string;
  readonly recovery: string;
  readonly recoveryKept: string;
  readonly signOut: string;
  readonly roles: Readonly<Record<string, string>>;
  readonly watchOnly: string;
  readonly noWall: string;
}

export const zhSignIn: SignInWords = {
  product: "一屏",
  signIn: "登录",
  signingIn: "正在登录…",
  account: "账号",
  password: "密码",
  seatOptional: "席位（可不填）",
  out: {
    ended: "登录已失效：长时间无操作，或已被注销。请重新登录",
    left: "已退出登录",
    token: "此大屏的授权无效或已撤销。请联系管理员，或以账号登录",
  },
  wrong: "账号或密码不正确",
  tooMany: (patience) => `尝试次数过多，请 ${patience}后再试`,
  serverAway: "联系不上服务器，请稍后再试",
  notDone: (why) => `未完成：${why}`,
  firstTitle: "设立首位管理员",
  firstNote: "系统尚无账号。此链接只能使用一次",
  display: "姓名（显示在屏上）",
  passwordAgain: "再次输入密码",
  passwordsDiffer: "两次输入的密码不一致",
  firstMake: "设立并登录",
  firstOver: "此链接已失效：系统已有账号，或链接不正确",
  passwordChange: "修改密码",
  passwordMust: "请先设置自己的密码",
  passwordOld: "原密码",
  passwordOldWrong: "原密码不正确",
  passwordNew: "新密码",
  passwordKeep: "保存",
  passwordChanged: "密码已修改，其他登录已注销",
  sending: "正在提交…",
  byProvider: (name) => `${name}登录`,
  providerAway: "暂时连不上，请用账号和密码登录",
  providerRefused: {
    away: "统一登录暂时连不上。请用账号和密码登录，或稍后再试",
    busy: "此刻登录的人太多，请稍后再试",
    state: "这次登录已过期，或不是在此浏览器发起的。请重新登录",
    token: "统一登录的应答无法核实，未予登录。请联系管理员",
    refused: "统一登录没有批准此次登录",
    seat: "席位名称过长，或含有不能显示的字符",
  },
  providerUnknown: (subject) => `尚无账号对应此身份。请管理员把身份标识 ${subject} 关联到您的账号`,
  passwordWrong: "密码不正确",
  second: "二次验证",
  secondMust: "本中心要求二次验证。请先用手机验证器设置",
  secondSet: "二次验证已启用",
  secondRemove: "停用二次验证",
  secondRemoved: "二次验证已停用",
  code: "验证码或恢复码",
  codeNote: "请输入手机验证器显示的 6 位验证码，或一个恢复码",
  codeShown: "手机显示的 6 位验证码",
  codeWrong: "验证码不正确，或已使用过。请等待下一个",
  qr: "手机验证器扫描的二维码",
  scan: "用手机验证器（支持 TOTP 的应用）扫描，或手工输入密钥：",
  next: "下一步",
  confirm: "启用",
  back: "返回",
  recovery: "恢复码：手机不在身边时代替验证码，每个只能用一次。此后不再显示，请抄录并妥善保管",
  recoveryKept: "已抄录",
  signOut: "退出登录",
  roles: {
    viewer: "观察员",
    duty_officer: "值班员",
    shift_leader: "值班长",
    commander: "指挥长",
    department: "部门",
    field: "现场人员",
    administrator: "管理员",
    auditor: "审计员",
    wall: "大屏",
  },
  watchOnly: "此屏只供观看，请到席位签收",
  noWall: "此账号没有观看大屏的权限",
};

export const enSignIn: SignInWords = {
  product: "Yiping",
  signIn: "Sign in",
  signingIn: "Signing in…",
  account: "Account",
  password: "Password",
  seatOptional: "Seat (optional)",
  out: {
    ended: "Your session has ended: idle for too long, or ended elsewhere. Please sign in again",
    left: "You have signed out",
    token: "This wall's token is not valid or was revoked. Ask an administrator, or sign in with an account",
  },
  wrong: "Wrong account or password",
  tooMany: (patience) => `Too many attempts: try again in ${patience}`,
  serverAway: "The server cannot be reached: try again later",
  notDone: (why) => `Not done: ${why}`,
  firstTitle: "The first administrator",
  firstNote: "There is no account yet. This link works once",
  display: "Name (as screens show it)",
  passwordAgain: "Password, again",
  passwordsDiffer: "The two passwords differ",
  firstMake: "Create and sign in",
  firstOver: "This link is no longer valid: there is an account already, or the link is wrong",
  passwordChange: "Change password",
  passwordMust: "Please set a password of your own first",
  passwordOld: "Old password",
  passwordOldWrong: "The old password is wrong",
  passwordNew: "New password",
  passwordKeep: "Save",
  passwordChanged: "Password changed; your other sessions have ended",
  sending: "Sending…",
  byProvider: (name) => `Sign in by ${name}`,
  providerAway: "Cannot be reached at the moment: sign in with account and password",
  providerRefused: {
    away: "The sign-in provider cannot be reached. Sign in with account and password, or try again later",
    busy: "Too many people sign in at this moment: try again",
    state: "This sign-in took too long, or was not begun in this browser. Please sign in again",
    token: "What the sign-in provider says cannot be trusted, so nobody was let in. Ask an administrator",
    refused: "The sign-in provider did not let you in",
    seat: "The seat's name is too long, or has characters that cannot be shown",
  },
  providerUnknown: (subject) =>
    `No account belongs to this identity. Ask an administrator to link ${subject} to your account`,
  passwordWrong: "The password is wrong",
  second: "Second factor",
  secondMust: "This centre asks for a second factor. Please set it up with an authenticator app first",
  secondSet: "The second factor is on",
  secondRemove: "Turn the second factor off",
  secondRemoved: "The second factor is off",
  code: "Code or recovery code",
  codeNote: "Type the 6 digits that your authenticator app shows, or a recovery code",
  codeShown: "The 6 digits that the phone shows",
  codeWrong: "The code is wrong, or was used already. Wait for the next one",
  qr: "QR code for an authenticator app",
  scan: "Scan it with an authenticator app (any that knows TOTP), or type the key:",
  next: "Next",
  confirm: "Turn on",
  back: "Back",
  recovery:
    "Recovery codes stand in for the phone, each once. They are not shown again: write them down and keep them safe",
  recoveryKept: "I have written them down",
  signOut: "Sign out",
  roles: {
    viewer: "viewer",
    duty_officer: "duty officer",
    shift_leader: "shift leader",
    commander: "commander",
    department: "department",
    field: "field",
    administrator: "administrator",
    auditor: "auditor",
    wall: "wall",
  },
  watchOnly: "view only · ack at a seat",
  noWall: "This account may not watch the wall",
};
