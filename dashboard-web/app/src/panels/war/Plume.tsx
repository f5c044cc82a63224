import "./war-map.css";
import { type Component, For, Show } from "solid-js";
import { t } from "../../lib/i18n";
import { clockMinutes } from "../../lib/time";
import type { Place, Projection } from "../../map/project";
import type { AtWar } from "../../posture/posture";
import { fronts, GREYS, LETTERS, placeAt, WAR_MAP } from "./war";

const path = (view: Projection, places: readonly Place[]): string =>
  places
    .map(
      (place, at) =>
        `${at === 0 ? "M" : "L"}${view
          .point(place)
          .map((one) => one.toFixed(1))
          .join(" ")}`,
    )
    .join("");

/** The bands of the plume, the line that decides, its fronts, and the doubt about the wind. */
export const Plume: Component<{
  war: AtWar;
  view: Projection;
  nowMs: number;
  zone: string;
}> = (props) => {
  const contours = () => props.war.plume?.contours ?? [];
  const reach = () => Math.max(0, ...contours().map(({ reach_m }) => reach_m));
  const at = () => props.war.place;
  const line = (along: number, beside: number): Place =>
    placeAt(at() ?? [0, 0], props.war.plume?.wind_from ?? 0, along, beside);
  const side = (degrees: number): Place => {
    const turn = (degrees * Math.PI) / 180;
    return line(reach() * Math.cos(turn), reach() * Math.sin(turn));
  };
  // A front is as wide as the plume may be by there.
  const front = (metres: number): readonly [Place, Place] => {
    const half = 60 + metres * 0.16;
    return [line(metres, -half), line(metres, half)];
  };
  const source = () => {
    const place = at();
    return place === null ? undefined : props.view.point(place);
  };
  return (
    <svg class="plume" width={WAR_MAP.width} height={WAR_MAP.height} role="img" aria-label={t().war.legendBand}>
      <For each={contours()}>
        {(contour, index) => (
          <path
            d={`${path(props.view, contour.outline)}Z`}
            fill={GREYS[index()] ?? GREYS[3]}
            fill-opacity="0.78"
            stroke={contour.decides ? "#eceeef" : "none"}
            stroke-width="3"
          />
        )}
      </For>
      {/* The line that decides lies above every band. */}
      <For each={contours().filter(({ decides }) => decides)}>
        {(contour) => (
          <path d={`${path(props.view, contour.outline)}Z`} fill="none" stroke="#eceeef" stroke-width="3" />
        )}
      </For>
      <Show when={reach() > 0}>
        <For each={[-15, 15]}>
          {(degrees) => <path class="rough" d={path(props.view, [line(0, 0), side(degrees)])} />}
        </For>
      </Show>
      <For each={fronts(props.war, props.nowMs)}>
        {({ atMs, metres }, index) => {
          const [left, right] = front(metres);
          const [x, y] = props.view.point(left);
          return (
            <>
              <path class="front" classList={{ later: index() > 0 }} d={path(props.view, [left, right])} />
              <text class="front-time" x={x - 8} y={y - 6}>
                {index() === 0 ? t().war.nowFront(clockMinutes(atMs, props.zone)) : clockMinutes(atMs, props.zone)}
              </text>
            </>
          );
        }}
      </For>
      <Show when={source()}>{(point) => <circle class="source" cx={point()[0]} cy={point()[1]} r="36" />}</Show>
    </svg>
  );
};

/** What is affected, each by its letter. */
export const Letters: Component<{ view: Projection; places: readonly (Place | null)[] }> = (props) => (
  <svg class="plume" width={WAR_MAP.width} height={WAR_MAP.height} role="img" aria-label={t().war.places}>
    <For each={props.places}>
      {(place, index) => (
        <Show when={place}>
          {(known) => {
            const [x, y] = props.view.point(known());
            return (
              <g transform={`translate(${x - 52} ${y - 40})`}>
                <rect width="24" height="24" fill="#eceeef" />
                <text class="letter" x="12" y="18">
                  {LETTERS[index()]}
                </text>
              </g>
            );
          }}
        </Show>
      )}
    </For>
  </svg>
);
