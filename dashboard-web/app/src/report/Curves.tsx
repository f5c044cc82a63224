import { type Component, createResource, For, Show } from "solid-js";
import { Curve } from "../charts/Curve";
import type { Report, Reports } from "../feed/report";
import type { Wall } from "../feed/store";
import { say, t } from "../lib/i18n";
import { clockMinutes } from "../lib/time";

type Decisive = Report["decisive"][number];

/** A curve of each datastream that decided something. */
export const Curves: Component<{
  wall: Wall;
  reports: Reports;
  decisive: readonly Decisive[];
  alarms: Report["alarms"];
  over: boolean;
  zone: string;
}> = (props) => (
  <Show when={props.decisive.length > 0}>
    <section>
      <h2>{t().report.curves}</h2>
      <For each={props.decisive}>
        {(one) => (
          <One
            wall={props.wall}
            reports={props.reports}
            one={one}
            alarm={props.alarms.find(({ subject }) => subject === one.datastream)}
            over={props.over}
            zone={props.zone}
          />
        )}
      </For>
      <p class="note">{t().report.curvesNote}</p>
    </section>
  </Show>
);

const WIDTH = 940;
const HEIGHT = 240;
/** A little of what was before. */
const BEFORE_MS = 600_000;

const One: Component<{
  wall: Wall;
  reports: Reports;
  one: Decisive;
  alarm: Report["alarms"][number] | undefined;
  over: boolean;
  zone: string;
}> = (props) => {
  const asked = () => {
    const from = new Date(Date.parse(props.one.from) - BEFORE_MS).toISOString();
    // What is over does not change any more.
    return [props.one.datastream, from, props.one.to] as const;
  };
  const [points] = createResource(
    () => asked().join(" "),
    () => props.reports.observed(...asked()),
  );
  const name = () => {
    const split = props.one.datastream.lastIndexOf(":");
    const [thing, property] = [props.one.datastream.slice(0, split), props.one.datastream.slice(split + 1)];
    const [known, measured] = [props.wall.things().get(thing), props.wall.facts()?.properties.get(property)];
    const of = known === undefined ? thing : say(known.name);
    return measured === undefined ? `${of} ${property}` : `${of}　${say(measured.title)} ${measured.unit}`;
  };
  return (
    <figure>
      <figcaption>{name()}</figcaption>
      <Show when={(points.latest ?? []).length > 1} fallback={<p>{t().report.noCurve}</p>}>
        <Curve
          points={points.latest ?? []}
          levels={props.one.bounds.map((value) => ({ value, text: String(value), solid: true }))}
          stretch={
            props.alarm === undefined
              ? undefined
              : [Date.parse(props.alarm.started), Date.parse(props.alarm.returned ?? props.one.to)]
          }
          width={WIDTH}
          height={HEIGHT}
          label={name()}
          colour={undefined}
          value={(value) => String(Number(value.toPrecision(4)))}
          clock={(ms) => clockMinutes(ms, props.zone)}
        />
      </Show>
    </figure>
  );
};
