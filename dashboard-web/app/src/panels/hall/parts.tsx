import { type Component, type ParentComponent, Show } from "solid-js";
import { t } from "../../lib/i18n";
import { count } from "../../lib/number";
import { Figure } from "../../ui/Figure";
import { ListPanel } from "../ListPanel";
import { said } from "../reading";
import { type Hall, type HallFigure, minutes, waitingTotal } from "./halls";

/** How many rows of halls fit. */
export const ROWS_MAX = 8;

/** A panel of the service halls, with how many people wait in all. */
export const HallList: ParentComponent<{ class: string; list: readonly Hall[] }> = (props) => (
  <ListPanel
    class={`halls ${props.class}`}
    title={t().halls}
    notes={
      <Show when={props.list.some(({ fresh }) => fresh)}>
        <i>{t().hallsNote(count(waitingTotal(props.list)))}</i>
      </Show>
    }
    count={props.list.length}
    most={ROWS_MAX}
    none={t().hallsNone}
  >
    {props.children}
  </ListPanel>
);

/** One figure of a hall, and its unit; it says so while there is none. */
export const HallValue: Component<{
  hall: Hall;
  of: HallFigure;
  minutes?: boolean;
  class?: string;
  unit?: string;
}> = (props) => (
  <Show when={props.hall.figures[props.of]} fallback={t().noData}>
    {(found) => (
      <>
        <Figure thing={props.hall.thing.id} property={props.of} heard={found().heard} class={props.class ?? ""}>
          {props.minutes ? minutes(found().last?.value ?? 0) : said(found())}
        </Figure>{" "}
        {props.unit}
      </>
    )}
  </Show>
);

/** Windows that serve, of those that are open. */
export const Windows: Component<{ hall: Hall }> = (props) => (
  <Show when={props.hall.figures.windows_busy} fallback={t().noData}>
    <HallValue hall={props.hall} of="windows_busy" /> / <HallValue hall={props.hall} of="windows_open" />
  </Show>
);
