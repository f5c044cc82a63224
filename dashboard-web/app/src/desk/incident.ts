import { createSignal } from "solid-js";
import { type Command, newKey } from "../feed/command";
import type { AlarmView } from "../feed/messages";
import type { Wall } from "../feed/store";
import { columnOf } from "../lib/domains";
import { t } from "../lib/i18n";
import { telling } from "../panels/alarms/telling";
import { classOf } from "./found";

/** Opens incidents from alarms, and says why one was not. One alarm, one incident: who comes second is told the number. */
export function createOpening(wall: Wall, command: Command) {
  const [refused, refuse] = createSignal<string>();
  const from = async (alarm: AlarmView) => {
    const { title, name, thing } = telling(wall, alarm);
    const result = await command.open({
      key: newKey(),
      title: `${name} ${title}`.slice(0, 100),
      class: classOf(columnOf(thing, alarm.property)),
      warning: alarm.level,
      origins: [{ type: "alarm", alarm: alarm.id, subject: `${alarm.thing}:${alarm.property}` }],
    });
    if (result.outcome === "done") location.hash = "#/table";
    else refuse(result.outcome === "refused" ? result.why : t().ackUnreachable);
  };
  return { refused, refuse, from };
}
