import "./duty.css";
import { type Component, createResource, createSignal, onCleanup, onMount } from "solid-js";
import type { Duty, Handover, Reply } from "../feed/duty";
import type { Own } from "../feed/presence";
import type { Wall } from "../feed/store";
import { t } from "../lib/i18n";
import { clockMinutes, clockOfDay } from "../lib/time";
import { Entry } from "./Entry";
import { HandOver } from "./HandOver";
import { Log } from "./Log";
import { Promises } from "./Promises";
import { Seats } from "./Seats";

/** What the parts of the page share. */
export interface Desk {
  readonly wall: Wall;
  readonly own: Own;
  readonly duty: Duty;
  /** Whether this person may be on duty. */
  may(): boolean;
  /** A time of the server as people of the city read it. */
  clock(time: string): string;
  /** The name of an account on screens, as far as it is known. */
  name(person: string): string;
  /** Says what came of something, and looks again; what was asked for, when it went well. */
  after<T>(reply: Reply<T>): T | undefined;
}

/** A shift of the past is not longer. */
const LOG_MS = 24 * 3_600_000;

/** The page of duty: who has which seat, the duty log, the handover. It lies over the wall, and Escape leaves it. */
export const DutyPage: Component<{ wall: Wall; own: Own; duty: Duty; onClose: () => void }> = (props) => {
  const [told, tell] = createSignal<string>();
  const [handover, setHandover] = createSignal<Handover>();
  const [correcting, correct] = createSignal<{ entry: number; text: string }>();
  const zone = () => props.wall.facts()?.city.zone ?? "UTC";
  const from = () => new Date(props.wall.now() - LOG_MS).toISOString();
  const [log, { refetch }] = createResource(() => props.duty.door.log(from()));
  let page: HTMLElement | undefined;

  const desk: Desk = {
    wall: props.wall,
    own: props.own,
    duty: props.duty,
    may: () => props.own.session()?.acts.includes("duty") === true,
    clock: (time) => clockOfDay(Date.parse(time), props.wall.now(), zone()),
    name: (person) => {
      const known = props.duty.view()?.seats.find((seat) => seat.person === person);
      const own = props.own.session();
      return known?.display ?? (own?.name === person ? own.display : person);
    },
    after: (reply) => {
      void props.duty.refresh();
      // The ledger has it a moment later.
      void refetch();
      if (reply.outcome === "done") {
        tell(undefined);
        return reply.value;
      }
      tell(reply.outcome === "away" ? t().serverAway : (t().refusals[reply.code] ?? t().notDone(reply.why)));
      return undefined;
    },
  };
  const handOver = async (seat: string) => {
    const made = desk.after(await props.duty.door.draft(seat));
    if (made !== undefined) setHandover(made);
  };
  const show = async (digest: string) => {
    const made = desk.after(await props.duty.door.show(digest));
    if (made !== undefined) setHandover(made);
  };
  const press = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.preventDefault();
    props.onClose();
  };
  onMount(() => {
    page?.focus();
    const again = setInterval(() => void refetch(), 5_000);
    document.addEventListener("keydown", press);
    onCleanup(() => {
      clearInterval(again);
      document.removeEventListener("keydown", press);
    });
  });
  const shift = () => {
    const now = props.duty.view()?.shift;
    const minutes = (time: string) => clockMinutes(Date.parse(time), zone());
    return now ? t().shiftSpan(now.name, minutes(now.start), minutes(now.end)) : t().noShift;
  };
  const next = () => {
    const coming = props.duty.view()?.next;
    return coming ? t().nextShift(coming.name, desk.clock(coming.start)) : "";
  };
  return (
    <section class="duty-page" role="dialog" aria-modal="true" aria-label={t().duty} tabIndex={-1} ref={page}>
      <div class="duty-head">
        <h1>{t().duty}</h1>
        <span>
          <b>{shift()}</b> {next()}
        </span>
        <p role="status">{told()}</p>
        <div class="buttons">
          <button type="button" onClick={() => props.onClose()}>
            {t().close} Esc
          </button>
        </div>
      </div>
      <div class="duty-columns">
        <div>
          <Seats desk={desk} onHandOver={handOver} onShow={show} />
          <Promises desk={desk} />
        </div>
        <div>
          <Log desk={desk} log={log.latest} onCorrect={(entry, text) => correct({ entry, text })} />
          <Entry desk={desk} correcting={correcting()} onDone={() => correct(undefined)} />
        </div>
        <HandOver desk={desk} handover={handover()} onChange={setHandover} onAgain={handOver} />
      </div>
    </section>
  );
};
