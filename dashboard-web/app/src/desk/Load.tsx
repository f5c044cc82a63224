import {
  type Component,
  createComputed,
  createMemo,
  createResource,
  createSignal,
  For,
  on,
  Show,
  untrack,
} from "solid-js";
import type { Raised } from "../feed/raised";
import type { Wall } from "../feed/store";
import { say, t } from "../lib/i18n";
import { clockMinutes } from "../lib/time";
import { BIN_MINUTES, LOAD_FINE, LOAD_FLOOD, load, worstActor } from "./load";

const BINS = 12;
const HEIGHT = 88;
/** The strip reaches at least to this many alarms, so that a quiet night looks quiet. */
const REACH_MIN = 14;

/** How many alarms came in each ten minutes: what one person can take care of, and what is a flood. */
export const Load: Component<{ wall: Wall; raised: (sinceMs: number) => Promise<readonly Raised[] | undefined> }> = (
  props,
) => {
  const { wall } = props;
  const sinceMs = () => wall.now() - BINS * BIN_MINUTES * 60_000;
  const begun = () => wall.position() !== undefined;
  const [asked] = createResource(begun, async (ready) =>
    ready ? ((await props.raised(sinceMs())) ?? null) : undefined,
  );
  // Every alarm that this desk has seen, and those before it came: by id, so that none counts twice.
  const all = new Map<string, Raised>();
  const [counted, count] = createSignal(all, { equals: false });
  const take = (list: Iterable<Raised>) => {
    let fresh = false;
    for (const each of list) {
      const known = all.get(each.id);
      if (known !== undefined && known.false === each.false) continue;
      all.set(each.id, each);
      fresh = true;
    }
    if (fresh) count(all);
  };
  createComputed(() => take(asked() ?? []));
  createComputed(
    on(wall.turns, (turns) =>
      take(
        [...(turns === undefined ? untrack(wall.alarms).values() : turns.flatMap(({ after }) => after ?? []))].map(
          ({ id, raised_ms, thing, false_alarm }) => ({ id, raised_ms, thing, false: false_alarm !== undefined }),
        ),
      ),
    ),
  );
  createComputed(
    on(
      () => Math.floor(wall.now() / 60_000),
      () => {
        const since = untrack(sinceMs);
        for (const [id, { raised_ms }] of all) if (raised_ms < since) all.delete(id);
        count(all);
      },
    ),
  );
  const bins = createMemo(() => {
    const times = [...counted().values()].map(({ raised_ms }) => raised_ms);
    return load(times, untrack(wall.now), BINS);
  });
  const reach = () => Math.max(REACH_MIN, ...bins().map(({ count }) => count));
  const zone = () => props.wall.facts()?.city.zone ?? "UTC";
  const floods = () => bins().filter(({ flood }) => flood);
  const worst = createMemo(() => worstActor(counted().values()));
  const nameOf = (id: string) => {
    const thing = props.wall.things().get(id);
    return thing === undefined ? id : say(thing.name);
  };
  const tall = (count: number) => `${(count / reach()) * HEIGHT}px`;
  return (
    <section class="desk-load" aria-label={t().deskLoad}>
      <h2>
        {t().deskLoad}
        <Show when={floods().length > 0} fallback={<i>{t().deskLoadNote(LOAD_FINE, LOAD_FLOOD)}</i>}>
          <b>
            {t().flooded(
              clockMinutes(floods()[0]?.startMs ?? 0, zone()),
              clockMinutes((floods().at(-1)?.startMs ?? 0) + BIN_MINUTES * 60_000, zone()),
            )}
          </b>
        </Show>
      </h2>
      <div class="bins" style={{ height: `${HEIGHT}px` }}>
        <span class="mark" style={{ bottom: tall(LOAD_FLOOD) }} />
        <span class="mark fine" style={{ bottom: tall(LOAD_FINE) }} />
        <For each={bins()}>
          {(bin) => (
            <span class="bin" classList={{ flood: bin.flood }}>
              <b>{bin.count === 0 ? "" : bin.count}</b>
              <span class="bar" style={{ height: tall(bin.count) }} />
              <i>{bin.startMs % 1_800_000 === 0 ? clockMinutes(bin.startMs, zone()) : ""}</i>
            </span>
          )}
        </For>
      </div>
      <p>
        {t().loadNow(bins().at(-1)?.count ?? 0, counted().size, BINS * BIN_MINUTES)}
        <Show when={worst()}>
          {(most) => <> · {t().loadWorst(nameOf(most().thing), most().count, most().wrong)}</>}
        </Show>
        <Show when={asked() === null}>
          <b> · {t().loadUnknown}</b>
        </Show>
      </p>
    </section>
  );
};
