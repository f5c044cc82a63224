import { type Component, createMemo, createSignal, For, Show } from "solid-js";
import type { Incident, Sent } from "../feed/command";
import type { Forces, Unit } from "../feed/forces";
import { say, t } from "../lib/i18n";
import { advised, coverWords, type Row, rows } from "./advice";
import { Crew } from "./Crew";
import type { TableState } from "./state";

/** Nearer units that were not chosen and are named. */
export const PASSED_MAX = 3;
const PROOF = { by: "evidence", photos: 1 } as const;

/** Who can be sent: the chosen first, then the nearer ones that were not, each with one reason. The officer ticks, and may overrule with a reason. */
export const AdvicePanel: Component<{ state: TableState; forces: Forces; incident: Incident }> = (props) => {
  const [picked, setPicked] = createSignal<ReadonlySet<string>>(new Set());
  const [task, setTask] = createSignal("");
  const [title, setTitle] = createSignal("");
  const [why, setWhy] = createSignal("");
  const [busy, setBusy] = createSignal(false);
  const { hand } = props.state;
  const units = createMemo(() => new Map(props.state.units().map((unit) => [unit.id, unit])));
  const shown = createMemo(() => rows(props.state.advice(), PASSED_MAX));
  const sent = createMemo((): Sent[] => advised(shown(), picked()));
  const against = () => sent().some((one) => !one.advised);
  const waiting = () => props.incident.tasks.filter(({ stage }) => stage === "dispatched" || stage === "refused");
  const ready = () =>
    sent().length > 0 && (task() !== "" || title().trim() !== "") && (!against() || why().trim() !== "") && !busy();
  const tick = (id: string, on: boolean) => {
    const next = new Set(picked());
    if (on) next.add(id);
    else next.delete(id);
    setPicked(next);
  };

  /** First the units, of which somebody else may have taken one; then the task with those that count. */
  const send = async () => {
    setBusy(true);
    const failed: string[] = [];
    const gone: Sent[] = [];
    for (const one of sent()) {
      const unit = units().get(one.unit);
      if (unit === undefined) continue;
      const said = await props.forces.assign(unit, `${props.incident.number} ${props.incident.title}`);
      if (said.done) gone.push(one);
      else failed.push(`${say(unit.name)}: ${said.why ?? t().serverAway}`);
    }
    if (gone.length > 0) {
      const names = gone.map(({ unit }) => say(units().get(unit)?.name ?? { zh: unit, en: unit })).join("、");
      const account = gone.length === 1 ? units().get(gone[0]?.unit ?? "")?.account : undefined;
      const known = props.incident.tasks.find(({ id }) => id === task());
      const note = [t().sentTo(names), why().trim()].filter((part) => part !== "").join("　");
      const counted =
        known === undefined
          ? await hand.act("orders", {
              type: "add_task",
              title: title().trim(),
              proof: PROOF,
              units: gone,
              note,
              ...(account ? { assignee: account } : {}),
            })
          : await hand.step(known.id, known.version, "reassign", note, {
              units: gone,
              ...(account ? { to: account } : {}),
            });
      if (counted) {
        setPicked(new Set<string>());
        setTitle("");
        setWhy("");
      }
    }
    if (failed.length > 0) hand.tell(`${t().advice.partly}: ${failed.join("　")}`);
    await props.state.refresh();
    setBusy(false);
  };

  return (
    <section class="advice" aria-label={t().advice.title}>
      <h2>
        {t().advice.title}
        <Show when={props.state.advice()}>
          {(advice) => (
            <i>
              {advice().basis.basis === "roads"
                ? t().advice.roads
                : t().basisStraight(advice().basis.factor ?? 1, advice().basis.kmh ?? 0)}
              <Show when={advice().passed_over_count > PASSED_MAX}>
                {"　"}
                {t().passedMore(advice().passed_over_count - PASSED_MAX)}
              </Show>
            </i>
          )}
        </Show>
      </h2>
      <Crew units={props.state.units()} />
      <div class="scroll">
        <For
          each={shown()}
          fallback={<p class="none">{props.state.advice() === undefined ? t().advice.away : t().advice.none}</p>}
        >
          {(row) => (
            <UnitLine
              row={row}
              unit={units().get(row.unit)}
              picked={picked().has(row.unit)}
              may={hand.may("dispatch") && hand.may("command")}
              onTick={(on) => tick(row.unit, on)}
            />
          )}
        </For>
      </div>
      <Show when={hand.may("dispatch") && hand.may("command") && sent().length > 0}>
        <form
          class="send"
          onSubmit={(event) => {
            event.preventDefault();
            void send();
          }}
        >
          <select
            name="task"
            aria-label={t().advice.task}
            value={task()}
            onChange={(event) => setTask(event.currentTarget.value)}
          >
            <option value="">{t().advice.newTask}</option>
            <For each={waiting()}>
              {(each) => (
                <option value={each.id}>
                  {each.number} {say(each.title)}
                </option>
              )}
            </For>
          </select>
          <Show when={task() === ""}>
            <input
              type="text"
              name="what"
              maxLength={200}
              placeholder={t().advice.whatTask}
              aria-label={t().advice.whatTask}
              value={title()}
              onInput={(event) => setTitle(event.currentTarget.value)}
            />
          </Show>
          <Show when={against()}>
            <input
              type="text"
              name="against"
              maxLength={500}
              placeholder={t().advice.why}
              aria-label={t().advice.why}
              value={why()}
              onInput={(event) => setWhy(event.currentTarget.value)}
            />
          </Show>
          <button type="submit" class="primary" disabled={!ready()}>
            {t().sendUnits(sent().length)}
          </button>
        </form>
      </Show>
    </section>
  );
};

const UnitLine: Component<{
  row: Row;
  unit: Unit | undefined;
  picked: boolean;
  may: boolean;
  onTick: (on: boolean) => void;
}> = (props) => (
  <label class="unit-line" classList={{ chosen: props.row.advised }} data-unit={props.row.unit}>
    <input
      type="checkbox"
      checked={props.picked}
      disabled={!props.may}
      onChange={(event) => props.onTick(event.currentTarget.checked)}
    />
    <b class="group">{props.row.letter}</b>
    <b class="name">{say(props.row.name)}</b>
    <b class="minutes">{t().inMinutes(props.row.minutes)}</b>
    <span>
      {props.row.reason === undefined ? coverWords(props.row.cover) : say(props.row.reason)}
      <Show when={props.unit?.place?.stale}>
        {" "}
        <mark>{t().positionAge(Math.floor((props.unit?.place?.age_secs ?? 0) / 60))}</mark>
      </Show>
    </span>
  </label>
);
