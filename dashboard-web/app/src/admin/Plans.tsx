import { type Component, createMemo, createResource, createSignal, For, Match, Show, Switch } from "solid-js";
import type { Running, WholePlan } from "../feed/admin";
import { say, t } from "../lib/i18n";
import { Draft } from "./Draft";
import { type Hand, has } from "./hand";
import { List } from "./List";
import { PlanPage } from "./PlanPage";

const keyOf = (plan: WholePlan) => `${plan.pack}/${plan.id}`;

/** The plans of all packs, one of them as a page, and which text of them each open incident runs under. */
export const Plans: Component<{ hand: Hand }> = (props) => {
  const { hand } = props;
  const words = () => t().admin;
  const [plans] = createResource(async () => hand.after(await hand.admin.plans()));
  const [running] = createResource(async () => hand.after(await hand.admin.running()));
  const [chosen, choose] = createSignal<string>();
  const [checking, check] = createSignal(false);
  const rows = createMemo(() =>
    plans.latest?.filter((plan) => has(hand.looked(), plan.id, plan.pack, say(plan.title), plan.class)),
  );
  const plan = () => plans.latest?.find((row) => keyOf(row) === chosen());
  const under = (row: WholePlan): readonly Running[] =>
    running.latest?.filter((one) => one.plan === row.id && one.plan_pack === row.pack) ?? [];
  return (
    <div class="split">
      <div class="side">
        <div class="bar">
          <button type="button" aria-pressed={checking()} onClick={() => check(!checking())}>
            {words().checkDraft}
          </button>
          <span class="count">{words().plans(rows()?.length ?? 0)}</span>
        </div>
        <List
          label={words().tabs.plans}
          grid="minmax(0,1fr) 90px 130px 110px 70px 70px 70px 90px"
          head={words().planHead}
          rows={rows()}
          key={keyOf}
          chosen={chosen()}
          onChoose={(key) => {
            check(false);
            choose(key);
          }}
        >
          {(row) => (
            <>
              <b>{say(row.title)}</b>
              <span>{row.pack}</span>
              <code>{row.digest}</code>
              <span>{t().incidentClasses[row.class] ?? row.class}</span>
              <span>{row.levels.length}</span>
              <span>{row.tasks.length}</span>
              <span>{row.reports.length}</span>
              <span classList={{ inverse: under(row).length > 0 }}>{under(row).length || "—"}</span>
            </>
          )}
        </List>
        <section class="running" aria-label={words().runsUnder}>
          <h2>{words().runsUnder}</h2>
          <ul>
            <For each={running.latest ?? []} fallback={<li class="none">{words().noIncident}</li>}>
              {(one) => (
                <li>
                  <b>{one.number}</b> {one.title}{" "}
                  <Show when={one.plan !== null} fallback={<i>{t().table.noResponse}</i>}>
                    <span>
                      {one.plan_pack}/{one.plan} <code>{one.plan_digest}</code>
                    </span>
                    <Show when={plans.latest?.every((row) => row.digest !== one.plan_digest)}>
                      <mark>{words().otherText}</mark>
                    </Show>
                  </Show>
                </li>
              )}
            </For>
          </ul>
        </section>
      </div>
      <div class="side closer">
        <Switch fallback={<p class="none">{words().pickPlan}</p>}>
          <Match when={checking()}>
            <Draft hand={hand} file="plans.toml" packs={[...new Set(plans.latest?.map(({ pack }) => pack) ?? [])]} />
          </Match>
          <Match when={plan()} keyed>
            {(known) => <PlanPage plan={known} />}
          </Match>
        </Switch>
      </div>
    </div>
  );
};
