import { type Component, createMemo, For, Show } from "solid-js";
import { named } from "../feed/acknowledge";
import type { OutOfServiceView, ShelfView } from "../feed/messages";
import type { Wall } from "../feed/store";
import { say, t } from "../lib/i18n";
import { clockOfDay, remaining } from "../lib/time";
import { Sign } from "../ui/Sign";

/** What is kept quiet: on the shelf with the time that is left, and apart what is out of service with who approved. */
export const Shelf: Component<{
  wall: Wall;
  /** Where this seat may. */
  onBack: ((shelf: ShelfView) => void) | undefined;
  onEnd: ((out: OutOfServiceView) => void) | undefined;
  /** Where this person may approve. */
  onApprove: ((out: OutOfServiceView) => void) | undefined;
  /** Who this is: nobody approves the own request. */
  person: string | undefined;
  onSelect: (alarm: string) => void;
}> = (props) => {
  const shelved = createMemo(() => [...props.wall.shelving().shelved].sort((a, b) => a.until_ms - b.until_ms));
  const out = () => props.wall.shelving().out_of_service;
  const rule = (id: string) => {
    const known = props.wall.facts()?.rules.get(id);
    return known === undefined ? id : say(known.title);
  };
  const thing = (id: string) => {
    const known = props.wall.things().get(id);
    return known === undefined ? id : say(known.name);
  };
  const clock = (ms: number) => clockOfDay(ms, props.wall.now(), props.wall.facts()?.city.zone ?? "UTC");
  return (
    <section class="desk-shelf" aria-label={t().shelf.title}>
      <h2>
        {t().shelf.title} {shelved().length} <i>{t().shelf.note}</i>
      </h2>
      <Show when={shelved().length + out().length > 0} fallback={<p class="none">{t().shelf.none}</p>}>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
        <ul class="rows" tabIndex={0} aria-label={t().shelf.title}>
          <For each={shelved()}>
            {(shelf) => (
              <li data-shelf={shelf.record}>
                <b class="left" title={clock(shelf.until_ms)}>
                  {remaining(shelf.until_ms - props.wall.now())}
                </b>
                <button type="button" class="what" onClick={() => props.onSelect(shelf.alarm)}>
                  <Sign level={shelf.level} size={18} hollow /> {thing(shelf.thing)} <i>{rule(shelf.rule)}</i>
                </button>
                <span title={shelf.by.note}>{shelf.by.note}</span>
                <span title={named(shelf.by)}>{shelf.by.display ?? shelf.by.person ?? shelf.by.seat}</span>
                <Show when={props.onBack} fallback={<span />}>
                  {(back) => (
                    <button type="button" onClick={() => back()(shelf)}>
                      {t().shelf.back}
                    </button>
                  )}
                </Show>
              </li>
            )}
          </For>
          <For each={out()}>
            {(one) => {
              const mayApprove = () => one.approved === null && props.person !== one.asked.person;
              return (
                <li class="out" data-out={one.record}>
                  <b class="left" classList={{ asked: one.approved === null }} title={clock(one.asked.at_ms)}>
                    {one.approved === null ? t().shelf.asked : t().shelf.out}
                  </b>
                  <span class="what">
                    {thing(one.thing)} <i>{rule(one.rule)}</i>
                  </span>
                  <span title={one.asked.note}>{one.asked.note}</span>
                  <span title={named(one.approved ?? one.asked)}>
                    {one.approved === null
                      ? (one.asked.display ?? one.asked.person)
                      : t().shelf.approvedBy(one.approved.display ?? one.approved.person ?? "")}
                  </span>
                  <Show
                    when={mayApprove() && props.onApprove}
                    fallback={
                      <Show
                        when={(one.approved === null || props.onApprove !== undefined) && props.onEnd}
                        fallback={<span />}
                      >
                        {(end) => (
                          <button type="button" onClick={() => end()(one)}>
                            {one.approved === null ? t().shelf.withdraw : t().shelf.back}
                          </button>
                        )}
                      </Show>
                    }
                  >
                    {(approve) => (
                      <button type="button" onClick={() => approve()(one)}>
                        {t().shelf.approve}
                      </button>
                    )}
                  </Show>
                </li>
              );
            }}
          </For>
        </ul>
      </Show>
    </section>
  );
};
