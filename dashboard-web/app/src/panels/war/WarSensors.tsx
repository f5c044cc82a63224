import "./war.css";
import { type Component, createMemo, For, Show } from "solid-js";
import { Bar } from "../../charts/Bar";
import { logShare } from "../../charts/path";
import { Spark } from "../../charts/Spark";
import type { PropertyView } from "../../feed/messages";
import { say, spoken, t } from "../../lib/i18n";
import { fixed } from "../../lib/number";
import { clockMinutes } from "../../lib/time";
import { AlarmSign } from "../../ui/Sign";
import { colourOf } from "../../ui/signs";
import { thresholds } from "../gas/detectors";
import type { Panel } from "../panel";
import { propertyOf, type SensorRow, sensors, warOf } from "./war";

const SENSORS_SHOWN = 11;
/** The bar begins this far below the lowest threshold and ends this far above the highest. */
const BAR_REACH = 5;

/** The sensors of what the war is about, the nearest first. */
export const WarSensors: Panel = (props) => {
  const war = createMemo(() => warOf(props));
  const property = createMemo((): PropertyView | undefined => {
    const known = war();
    const id = known === undefined ? undefined : propertyOf(known, props.wall.alarms());
    return id === undefined ? undefined : props.wall.facts()?.properties.get(id);
  });
  const rows = createMemo(() => {
    const [incident, known] = [war(), property()];
    return incident === undefined || known === undefined ? [] : sensors(incident, known.id, props.wall);
  });
  const limits = createMemo(() => {
    const known = property();
    const own = (war()?.war.thresholds ?? []).filter((one) => one.property === known?.id);
    if (own.length > 0) return own.map(({ value, decides }) => ({ value, decides }));
    const rules = props.wall.facts()?.rules;
    if (known === undefined || rules === undefined) return [];
    return thresholds(known, rules).map((value) => ({ value, decides: true }));
  });
  return (
    <section class="panel war-sensors" aria-label={t().war.sensors}>
      <h2>
        <Show when={property()} fallback={t().war.sensors}>
          {(known) => (
            <>
              {say(known().title)} <i>{known().unit}</i>
            </>
          )}
        </Show>
        <i>
          <For each={(war()?.war.thresholds ?? []).filter((one) => one.property === property()?.id)}>
            {(one) => (
              <span classList={{ decides: one.decides }}>
                {say(one.title)} {one.value}
              </span>
            )}
          </For>
        </i>
      </h2>
      <Show when={rows().length > 0} fallback={<p class="none">{t().war.noSensors}</p>}>
        <table>
          <thead>
            <tr>
              <td class="letter" />
              <th>{t().war.distance}</th>
              <th class="num value">{t().war.current}</th>
              <td class="bars" />
              <th class="sparks">{t().war.trend}</th>
              <th class="num age">{t().war.age}</th>
            </tr>
          </thead>
          <tbody>
            <For each={rows().slice(0, SENSORS_SHOWN)}>
              {(row) => (
                <Show when={property()}>
                  {(known) => (
                    <Sensor
                      row={row}
                      property={known()}
                      limits={limits()}
                      nowMs={props.wall.now()}
                      zone={props.wall.facts()?.city.zone ?? "UTC"}
                    />
                  )}
                </Show>
              )}
            </For>
          </tbody>
        </table>
      </Show>
    </section>
  );
};

const Sensor: Component<{
  row: SensorRow;
  property: PropertyView;
  limits: readonly { readonly value: number; readonly decides: boolean }[];
  nowMs: number;
  zone: string;
}> = (props) => {
  const low = () => Math.max(1e-6, (props.limits[0]?.value ?? 1) / BAR_REACH);
  const high = () => Math.max(low() * 10, (props.limits.at(-1)?.value ?? 10) * BAR_REACH);
  const ticks = () =>
    props.limits.map(({ value, decides }) => ({
      at: logShare(value, low(), high()),
      strong: decides,
      dashed: !decides,
    }));
  const dead = () => props.row.heard === "stale" || props.row.heard === "never";
  const value = () => (props.row.last === undefined ? "—" : fixed(props.row.last.value, props.property.decimals));
  const old = () => spoken(props.nowMs - (props.row.last?.at_ms ?? props.nowMs));
  const km = () => (props.row.metres === undefined ? "" : `${(props.row.metres / 1_000).toFixed(1)} km`);
  return (
    <tr classList={{ stale: dead() }}>
      <td class="letter">
        <AlarmSign alarm={props.row.alarm} size={34} />
      </td>
      <th scope="row">
        <span>{say(props.row.thing.name)}</span> <i>{km()}</i>
      </th>
      <Show
        when={!dead()}
        fallback={
          <td class="dead" colspan="4">
            {props.row.last === undefined
              ? t().noData
              : t().war.silent(value(), clockMinutes(props.row.last.at_ms, props.zone))}
          </td>
        }
      >
        <td class="num value">
          <b>{value()}</b>
        </td>
        <td class="bars">
          <Bar
            share={logShare(props.row.last?.value ?? 0, low(), high())}
            ticks={ticks()}
            width={84}
            colour={colourOf(props.row.alarm)}
            label={`${value()} ${props.property.unit}`}
          />
        </td>
        <td class="sparks">
          <Spark values={props.row.means} width={62} height={28} floor={0} label={t().war.trend} />
        </td>
        <td class="num age">{old()}</td>
      </Show>
    </tr>
  );
};
