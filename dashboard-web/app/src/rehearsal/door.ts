import type { Door, Session } from "../feed/session";
import { lang } from "../lib/i18n";
import { seat } from "../lib/seat";

/** Who plays the rehearsal: a duty officer, so that alarms can be acknowledged. */
export function actor(at = ""): Session {
  const zh = lang() === "zh";
  const admin = location.hash === "#/admin";
  return {
    name: "officer",
    display: zh ? "值班员" : "Duty officer",
    roles: ["duty_officer"],
    areas: [],
    seat: at || seat() || (zh ? "一号席" : "No. 1"),
    device: false,
    // The pages of an administrator are rehearsed by one.
    acts: admin
      ? ["watch", "figures", "accounts", "registers"]
      : ["watch", "acknowledge", "shelve", "approve", "history", "incidents", "command", "tasks", "units", "dispatch"],
    must_change_password: false,
    second_factor: "off",
  };
}

/** Lets everybody in, with any password. */
export const rehearsalDoor: Door = {
  session: async () => ({ outcome: "in", session: actor() }),
  signIn: async (given) => ({ outcome: "in", session: actor("seat" in given ? given.seat : "") }),
  link: async () => ({ outcome: "linked", name: "officer" }),
  first: async () => ({ outcome: "in", session: actor() }),
  changePassword: async () => ({ outcome: "done" }),
  signOut: async () => ({ outcome: "done" }),
  provider: async () => undefined,
  second: {
    offer: async () => ({ outcome: "away" }),
    confirm: async () => ({ outcome: "away" }),
    remove: async () => ({ outcome: "away" }),
  },
};
