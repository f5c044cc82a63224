import { type Component, createEffect, createSignal, For, on, Show } from "solid-js";
import type { Wall } from "../feed/store";
import { t } from "../lib/i18n";
import { clockMinutes } from "../lib/time";
import { windNear } from "../map/wind";
import { placeOf, type TableState } from "./state";

/** A leak as somebody at the table says it, and what the model makes of it. Nothing is filled in but the measured wind. */
export const Leak: Component<{ state: TableState; wall: Wall; zone: string }> = (props) => {
  const [fields, setFields] = createSignal<Readonly<Record<string, string>>>({});
  const [failed, setFailed] = createSignal(false);
  createEffect(
    on(
      () => props.state.chosen(),
      () => {
        setFields({});
        setFailed(false);
      },
    ),
  );
  const measured = () => {
    const [at, facts] = [placeOf(props.state.shown()), props.wall.facts()];
    if (at === undefined || facts === undefined) return undefined;
    return windNear(at, {
      facts,
      things: props.wall.things(),
      latest: props.wall.latest(),
      alarms: new Map(),
      cells: new Map(),
      nowMs: props.wall.now(),
    });
  };
  const value = (name: string): string => {
    const own = fields()[name];
    if (own !== undefined) return own;
    if (name === "windFrom") return measured()?.from.toFixed(0) ?? "";
    if (name === "windSpeed") return measured()?.speed?.toFixed(1) ?? "";
    return "";
  };
  const number = (name: string) => Number.parseFloat(value(name));
  const NAMES = ["rate", "limit", "windFrom", "windSpeed", "radius"] as const;
  const ready = () => NAMES.slice(0, 4).every((name) => Number.isFinite(number(name)) && number(name) >= 0);
  const reckon = async () => {
    const place = placeOf(props.state.shown());
    const radius = number("radius");
    props.state.isolate(Number.isFinite(radius) && radius > 0 ? radius : undefined);
    if (place === undefined || !ready()) return;
    const leak = {
      place,
      rate: number("rate"),
      limit: number("limit"),
      windFrom: number("windFrom"),
      wind: number("windSpeed"),
    };
    setFailed(!(await props.state.reckon(leak)));
  };
  // What was reckoned becomes where nobody may go: the phones of the incident show it.
  const draw = async () => {
    const made = props.state.estimate();
    if (made === undefined) return;
    const { leak, plume } = made;
    const isolated = props.state.isolation();
    const hazard = {
      cells: plume.cells,
      label: `${leak.limit} mg/m³`,
      wind: { from_degrees: leak.windFrom, speed_ms: leak.wind },
      ...(isolated === undefined ? {} : { isolate_metres: Math.round(isolated) }),
    };
    await props.state.hand.act("acts", { type: "amend", hazard, note: "" });
  };
  return (
    <form
      class="leak"
      aria-label={t().tableMap.reckon}
      onSubmit={(event) => {
        event.preventDefault();
        void reckon();
      }}
    >
      <For each={NAMES}>
        {(name) => (
          <label>
            <span>{t().tableMap[name]}</span>
            <input
              name={name}
              type="number"
              min="0"
              step="any"
              inputmode="decimal"
              value={value(name)}
              onInput={(event) => setFields({ ...fields(), [name]: event.currentTarget.value })}
            />
          </label>
        )}
      </For>
      <button type="submit" disabled={!ready() && value("radius") === ""}>
        {t().tableMap.reckon}
      </button>
      <Show when={props.state.estimate() !== undefined && props.state.hand.may("incidents")}>
        <button type="button" onClick={() => void draw()}>
          {t().tableMap.draw}
        </button>
      </Show>
      <p>
        <Show when={!failed()} fallback={t().tableMap.noPlume}>
          <Show when={props.state.estimate()} fallback={t().tableMap.estimated}>
            {(made) => (
              <>
                ○{" "}
                {t().plumeSaid(
                  clockMinutes(made().atMs, props.zone),
                  (made().plume.reach_m / 1_000).toFixed(1),
                  made().plume.is_cut,
                )}
                {"　"}
                {t().tableMap.estimated}
              </>
            )}
          </Show>
        </Show>
      </p>
    </form>
  );
};
