import { type Component, createMemo, createResource, createSignal, Match, onCleanup, onMount, Switch } from "solid-js";
import type { UnitRow } from "../feed/admin";
import { say, t } from "../lib/i18n";
import { plainKey } from "../ui/keys";
import { type Hand, has, long } from "./hand";
import { List } from "./List";
import { UnitForm } from "./UnitForm";
import { UnitImport } from "./UnitImport";

/** The register of units: who can be sent. Where anybody is, is not told here. */
export const Units: Component<{ hand: Hand }> = (props) => {
  const { hand } = props;
  const words = () => t().admin;
  const [units, { refetch }] = createResource(async () => hand.after(await hand.admin.units()));
  const [chosen, choose] = createSignal<string>();
  const [doing, doing_] = createSignal<"making" | "importing">();
  const rows = createMemo(() =>
    units.latest?.filter(({ unit }) =>
      has(hand.looked(), unit.id, say(unit.name), words().kinds[unit.kind] ?? "", unit.area ?? "", ...unit.skills),
    ),
  );
  const row = () => units.latest?.find(({ unit }) => unit.id === chosen());
  const press = (event: KeyboardEvent) => {
    if (!plainKey(event) || event.defaultPrevented) return;
    if (event.key === "n" || event.key === "N") doing_("making");
    else if (event.key === "i" || event.key === "I") doing_("importing");
    else return;
    event.preventDefault();
  };
  onMount(() => {
    document.addEventListener("keydown", press);
    onCleanup(() => document.removeEventListener("keydown", press));
  });
  const done = (id?: string) => {
    if (id !== undefined) {
      doing_(undefined);
      choose(id);
    }
    void refetch();
  };
  const status = ({ unit, status }: UnitRow) =>
    unit.retired === true ? words().retired : (words().statuses[status] ?? status);
  const position = ({ unit, position_age_secs, stale, lost }: UnitRow) => {
    if (unit.retired === true || !unit.tracked) return "—";
    if (position_age_secs === null) return words().noPosition;
    if (lost) return words().lost(long(position_age_secs));
    return stale ? t().old(long(position_age_secs)) : long(position_age_secs);
  };
  return (
    <div class="split">
      <div class="side">
        <div class="bar">
          <button type="button" onClick={() => doing_("making")}>
            <kbd>N</kbd> {words().newUnit}
          </button>
          <button type="button" onClick={() => doing_("importing")}>
            <kbd>I</kbd> {words().import}
          </button>
          <span class="count">
            {words().units(rows()?.length ?? 0, units.latest?.filter(({ stale }) => stale).length ?? 0)}
          </span>
        </div>
        <List
          label={words().tabs.units}
          grid="150px minmax(0,1fr) 90px 180px 90px 120px 90px 150px"
          head={words().unitHead}
          rows={rows()}
          key={({ unit }) => unit.id}
          chosen={chosen()}
          dim={({ unit }) => unit.retired === true}
          onChoose={(id) => {
            doing_(undefined);
            choose(id);
          }}
        >
          {(row) => (
            <>
              <b>{row.unit.id}</b>
              <span>{say(row.unit.name)}</span>
              <span>{words().kinds[row.unit.kind] ?? row.unit.kind}</span>
              <span>{row.unit.skills.join(" ") || "—"}</span>
              <span>{row.unit.area ?? "—"}</span>
              <span classList={{ dimmed: !row.on_shift }}>{row.unit.shift ?? words().always}</span>
              <span>{status(row)}</span>
              <span classList={{ inverse: row.lost }}>{position(row)}</span>
            </>
          )}
        </List>
      </div>
      <div class="side closer">
        <Switch fallback={<p class="none">{words().pickUnit}</p>}>
          <Match when={doing() === "importing"}>
            <UnitImport hand={hand} onDone={() => done()} onCancel={() => doing_(undefined)} />
          </Match>
          <Match when={doing() === "making"}>
            <UnitForm hand={hand} onDone={done} onCancel={() => doing_(undefined)} />
          </Match>
          <Match when={row()} keyed>
            {(known) => <UnitForm hand={hand} row={known} onDone={done} />}
          </Match>
        </Switch>
      </div>
    </div>
  );
};
