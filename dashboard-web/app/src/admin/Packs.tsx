import { type Component, createMemo, createResource, createSignal, For, Match, Switch } from "solid-js";
import type { Pack } from "../feed/admin";
import { say, t } from "../lib/i18n";
import { delayed, online } from "../panels/sources/doors";
import { Draft } from "./Draft";
import { type Hand, has, long } from "./hand";
import { List } from "./List";
import { Rules } from "./Rules";

/** The packs that are loaded, what came of their cases, and the doors that feed them. */
export const Packs: Component<{ hand: Hand }> = (props) => {
  const { hand } = props;
  const words = () => t().admin;
  const [packs] = createResource(async () => hand.after(await hand.admin.packs()));
  const [chosen, choose] = createSignal<string>();
  const [checking, check] = createSignal(false);
  const rows = createMemo(() => packs.latest?.filter((row) => has(hand.looked(), row.id, say(row.title))));
  const pack = () => packs.latest?.find(({ id }) => id === chosen());
  /** By property, the newest time for which there is a value. */
  const heard = createMemo(() => {
    const newest = new Map<string, number>();
    for (const { property, at_ms } of hand.wall.latest().values())
      newest.set(property, Math.max(newest.get(property) ?? 0, at_ms));
    return newest;
  });
  const since = (row: Pack) => {
    const last = Math.max(0, ...row.properties.map((property) => heard().get(property) ?? 0));
    return last === 0 ? t().noData : long(Math.max(0, hand.wall.now() - last) / 1_000);
  };
  const cases = (row: Pack) => row.rules.reduce((sum, rule) => sum + rule.cases, 0);
  const failed = (row: Pack) => row.rules.reduce((sum, rule) => sum + rule.failed.length, 0);
  const doors = createMemo(() => [...hand.wall.sources().values()]);
  return (
    <div class="split">
      <div class="side">
        <div class="bar">
          <button type="button" aria-pressed={checking()} onClick={() => check(!checking())}>
            {words().checkDraft}
          </button>
          <span class="count">{words().packs(rows()?.length ?? 0)}</span>
        </div>
        <List
          label={words().tabs.packs}
          grid="minmax(0,1fr) 90px 90px 90px 90px 150px 150px"
          head={words().packHead}
          rows={rows()}
          key={({ id }) => id}
          chosen={chosen()}
          onChoose={(id) => {
            check(false);
            choose(id);
          }}
        >
          {(row) => (
            <>
              <b>
                {say(row.title)} <i>{row.id}</i>
              </b>
              <span>{row.version}</span>
              <span>{row.properties.length}</span>
              <span>{row.things}</span>
              <span>{row.rules.length}</span>
              <span classList={{ inverse: failed(row) > 0 }}>
                {failed(row) > 0 ? words().casesFail(failed(row), cases(row)) : words().casesPass(cases(row))}
              </span>
              <span>{since(row)}</span>
            </>
          )}
        </List>
        <section class="running" aria-label={t().sources}>
          <h2>{t().sources}</h2>
          <ul class="doors">
            <For each={doors()} fallback={<li class="none">{words().none}</li>}>
              {(door) => (
                <li>
                  <b>{door.id}</b>{" "}
                  <span classList={{ inverse: !online(door, hand.wall) }}>
                    {online(door, hand.wall) ? t().online : t().silent}
                  </span>
                  <span>
                    {t().lastHeard} {long(Math.max(0, hand.wall.now() - door.last_received_ms) / 1_000)}
                  </span>
                  <span>
                    {t().delay} {delayed(door.delay_ms)}
                  </span>
                  <span>
                    {t().readings} {door.readings}
                  </span>
                  <span>
                    {t().rejects} {door.rejects}
                  </span>
                </li>
              )}
            </For>
          </ul>
        </section>
      </div>
      <div class="side closer">
        <Switch fallback={<p class="none">{words().pickPack}</p>}>
          <Match when={checking()}>
            <Draft hand={hand} file="rules.toml" packs={packs.latest?.map(({ id }) => id) ?? []} />
          </Match>
          <Match when={pack()} keyed>
            {(known) => (
              <>
                <h2>
                  {say(known.title)} {known.version}
                </h2>
                <p class="note">
                  {known.place}　{words().packHolds(known.things, known.derived, known.events, known.plans.length)}
                </p>
                <p class="description">{known.description}</p>
                <Rules rules={known.rules} />
              </>
            )}
          </Match>
        </Switch>
      </div>
    </div>
  );
};
