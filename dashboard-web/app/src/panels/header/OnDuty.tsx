import { type Component, Show } from "solid-js";
import type { Duty } from "../../feed/duty";
import type { Own } from "../../feed/presence";
import { t } from "../../lib/i18n";

/** Who is on duty, in one quiet line; at a desk the way to the page of duty. */
export const OnDuty: Component<{ duty: Duty; own: Own; onDuty: (() => void) | undefined }> = (props) => (
  <Show when={props.duty.view()}>
    {(view) => {
      const people = () => {
        const held = view().seats.filter(({ person }) => person !== null);
        return [...new Set(held.map(({ display, person }) => display ?? person))].join(" ");
      };
      const line = () => (
        <>
          <b>
            {t().duty} {view().shift?.name ?? t().noShift}
            <Show when={view().gaps.length > 0}> · {t().gaps(view().gaps.length)}</Show>
          </b>
          <i>{people() || t().nobody}</i>
        </>
      );
      return (
        <Show when={props.own.session()?.device === false} fallback={<div class="on-duty">{line()}</div>}>
          <button type="button" class="on-duty" title={t().dutyKeys} onClick={() => props.onDuty?.()}>
            {line()}
          </button>
        </Show>
      );
    }}
  </Show>
);
