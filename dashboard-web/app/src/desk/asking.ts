import { createSignal } from "solid-js";
import type { AlarmView, OutOfServiceView, ShelfView } from "../feed/messages";
import { type Quieting, type Undone, whyNot } from "../feed/shelving";
import type { Wall } from "../feed/store";
import { t } from "../lib/i18n";
import { telling } from "../panels/alarms/telling";
import type { Answer, Question } from "./Ask";

/** What is being asked: of what, and what an answer does. */
export interface Asked {
  readonly question: Question;
  readonly about: string;
  readonly decide: (answer: Answer) => Promise<string | undefined>;
}

/** The shelf that keeps an alarm quiet. */
export function shelfOf(wall: Wall, alarm: AlarmView): ShelfView | undefined {
  if (alarm.quiet !== "shelved") return undefined;
  const same = (shelf: ShelfView) =>
    shelf.rule === alarm.rule &&
    shelf.thing === alarm.thing &&
    shelf.property === alarm.property &&
    shelf.key === alarm.key;
  return wall.shelving().shelved.find(same);
}

/** The questions of a desk. */
export type Asking = ReturnType<typeof createAsking>;

/** What a desk asks before it keeps something quiet or brings it back. */
export function createAsking(wall: Wall, quieting: Quieting) {
  const [asked, ask] = createSignal<Asked>();
  const said = async (doing: Promise<Undone>) => {
    const undone = await doing;
    return undone === undefined ? undefined : whyNot(undone, t().ackUnreachable);
  };
  const begin = (question: Question, about: string, act: (answer: Answer) => Promise<Undone>) =>
    ask({ question, about, decide: (answer) => said(act(answer)) });
  const nameOf = (alarm: AlarmView) => {
    const { name, title } = telling(wall, alarm);
    return `${name} ${title}`;
  };
  const at = () => wall.position() ?? 0;
  return {
    asked,
    close: () => ask(undefined),
    said,
    // As it is painted when it is asked: that is what is decided on.
    shelve: (alarm: AlarmView) => {
      const position = at();
      const shelf = shelfOf(wall, alarm);
      if (shelf !== undefined) begin("back", nameOf(alarm), ({ reason }) => quieting.bringBack(shelf.record, reason));
      else
        begin("shelve", nameOf(alarm), ({ minutes, reason }) =>
          minutes === undefined
            ? quieting.askOut(alarm, position, reason)
            : quieting.shelve(alarm, position, minutes, reason),
        );
    },
    mark: (alarm: AlarmView) => {
      const position = at();
      if (alarm.false_alarm === undefined)
        begin("false", nameOf(alarm), ({ reason }) => quieting.markFalse(alarm, position, reason));
      else begin("unmark", nameOf(alarm), ({ reason }) => quieting.unmarkFalse(alarm.id, reason));
    },
    back: (shelf: ShelfView) => begin("back", shelf.thing, ({ reason }) => quieting.bringBack(shelf.record, reason)),
    end: (out: OutOfServiceView) => begin("end", out.thing, ({ reason }) => quieting.endOut(out.record, reason)),
  };
}
