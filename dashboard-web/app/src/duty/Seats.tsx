import { type Component, For, Show } from "solid-js";
import { t } from "../lib/i18n";
import type { Desk } from "./DutyPage";

/** The seats, who has them, and what this person may do about them. */
export const Seats: Component<{
  desk: Desk;
  onHandOver: (seat: string) => void;
  onShow: (handover: string) => void;
}> = (props) => {
  const view = () => props.desk.duty.view();
  const own = () => props.desk.own.session();
  const fits = (role: string | null) =>
    role !== null && (own()?.roles.includes(role) === true || own()?.roles.includes("commander") === true);
  const { door } = props.desk.duty;
  return (
    <section class="duty-seats" aria-labelledby="duty-seats">
      <h2 id="duty-seats">{t().seats}</h2>
      <ul>
        <For each={view()?.seats ?? []}>
          {(seat) => (
            <li data-seat={seat.seat}>
              <b>{seat.seat}</b>
              <i>{t().roles[seat.role ?? ""] ?? ""}</i>
              <span classList={{ gap: seat.wanted && seat.person === null }}>
                {seat.display ?? seat.person ?? t().nobody}
                <Show when={seat.since}>{(since) => <i> {t().since(props.desk.clock(since()))}</i>}</Show>
              </span>
              <Show when={props.desk.may()}>
                <div class="buttons">
                  <Show
                    when={seat.person !== null}
                    fallback={
                      <Show when={fits(seat.role)}>
                        <button type="button" onClick={async () => props.desk.after(await door.take(seat.seat))}>
                          {t().takeSeat}
                        </button>
                      </Show>
                    }
                  >
                    <button type="button" onClick={() => props.onHandOver(seat.seat)}>
                      {t().handOver}
                    </button>
                    <Show when={seat.person === own()?.name}>
                      <button type="button" onClick={async () => props.desk.after(await door.leave(seat.seat))}>
                        {t().leaveSeat}
                      </button>
                    </Show>
                  </Show>
                </div>
              </Show>
            </li>
          )}
        </For>
      </ul>
      <For each={view()?.signed ?? []}>
        {({ handover, seat }) => (
          <button type="button" class="waits" onClick={() => props.onShow(handover)}>
            {t().handoverWaits(seat)}
          </button>
        )}
      </For>
    </section>
  );
};
