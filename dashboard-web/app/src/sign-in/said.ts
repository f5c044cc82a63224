import type { Refusal } from "../feed/call";
import type { Answer } from "../feed/session";
import { spoken, t } from "../lib/i18n";

/** What an answer that let nobody in says to the person; `wrong` is what was wrong if the server knows nobody by it. */
export function said(answer: Answer | Refusal, wrong: string): string | undefined {
  switch (answer.outcome) {
    case "in":
    case "done":
      return undefined;
    case "out":
      return wrong;
    case "code":
      return t().codeWrong;
    case "wait": {
      // Rounded up: who comes back at the minute that was said is not refused again.
      const secs = answer.secs < 60 ? answer.secs : Math.ceil(answer.secs / 60) * 60;
      return t().tooMany(spoken(secs * 1_000));
    }
    case "refused":
      return t().notDone(answer.why);
    case "away":
      return t().serverAway;
  }
}
