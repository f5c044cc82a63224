import { type JSX, type ParentComponent, Show } from "solid-js";
import { t } from "../lib/i18n";

/** A panel that lists: its title with what is said beside it and how many rows do not fit, and one line in place of a list of none. */
export const ListPanel: ParentComponent<{
  /** Its names in the style sheets. */
  class: string;
  title: string;
  /** Beside the title. */
  notes?: JSX.Element;
  /** How many there are. */
  count: number;
  /** How many rows fit, where the title says what is left out. */
  most?: number;
  /** What stands there when there are none. */
  none: string;
}> = (props) => {
  const left = () => (props.most === undefined ? 0 : props.count - props.most);
  return (
    <section class={`panel ${props.class}`} aria-label={props.title}>
      <h2>
        {props.title}
        {props.notes}
        <Show when={left() > 0}>
          <i>{t().more(left())}</i>
        </Show>
      </h2>
      <Show when={props.count > 0} fallback={<p class="quiet">{props.none}</p>}>
        {props.children}
      </Show>
    </section>
  );
};
