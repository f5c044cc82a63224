import { type Component, For, Show } from "solid-js";
import type { Place, Projection } from "../map/project";
import { PASSED_MAX } from "./Advice";
import type { TableState } from "./state";

/**
 * What nobody may enter, and the ways round it: those that are advised, and those that it cuts, with a cross at the place.
 * The plume is the one that was asked for here, or else that of the incident's last estimate, as on the wall.
 */
export const Hazard: Component<{
  projection: Projection;
  spot: Place | undefined;
  state: TableState;
  width: number;
  height: number;
}> = (props) => {
  const line = (places: readonly Place[]): string =>
    places
      .map((place) => props.projection.point(place))
      .map(([x, y], index) => `${index === 0 ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`)
      .join("");
  const plume = () => props.state.estimate()?.plume;
  const advice = () => props.state.advice();
  const isolation = () => props.state.isolation();
  const cut = () => (advice()?.passed_over ?? []).slice(0, PASSED_MAX).filter(({ way }) => way.length > 1);
  return (
    <svg class="hazard" width={props.width} height={props.height} aria-hidden="true">
      <path
        d={(plume()?.corners ?? []).map((cell) => `${line(cell)}Z`).join("")}
        fill="#eceeef"
        fill-opacity="0.2"
        stroke="#17191b"
        stroke-opacity="0.5"
      />
      <For each={props.state.contours()}>
        {({ outline, decides }) => (
          <path
            d={`${line(outline)}Z`}
            fill="#eceeef"
            fill-opacity="0.16"
            stroke="#fff"
            stroke-width={decides ? 3.5 : 0}
            stroke-linejoin="round"
          />
        )}
      </For>
      <For each={advice()?.chosen ?? []}>
        {({ way }) => (
          <path
            d={line(way)}
            fill="none"
            stroke="#fff"
            stroke-width="4"
            stroke-dasharray="1 8"
            stroke-linecap="round"
            stroke-linejoin="round"
          />
        )}
      </For>
      <For each={cut()}>
        {({ way, stopped }) => (
          <>
            <path d={line(way)} fill="none" stroke="#aeb3b8" stroke-width="3" stroke-dasharray="9 7" />
            <Show when={stopped}>
              {(place) => {
                const [x, y] = props.projection.point(place());
                return (
                  <path
                    d={`M${x - 9} ${y - 9}L${x + 9} ${y + 9}M${x + 9} ${y - 9}L${x - 9} ${y + 9}`}
                    stroke="#fff"
                    stroke-width="4"
                  />
                );
              }}
            </Show>
          </>
        )}
      </For>
      <path
        d={(plume()?.outline ?? []).map((side) => line(side)).join("")}
        fill="none"
        stroke="#fff"
        stroke-width="3.5"
        stroke-linecap="round"
      />
      <Show when={isolation() !== undefined && props.spot}>
        {(spot) => (
          <circle
            cx={props.projection.point(spot())[0]}
            cy={props.projection.point(spot())[1]}
            r={(isolation() ?? 0) / props.projection.metresPerPixel}
            fill="none"
            stroke="#fff"
            stroke-width="2.5"
            stroke-dasharray="7 6"
          />
        )}
      </Show>
      <Show when={advice()?.assembly}>
        {(place) => {
          const [x, y] = props.projection.point(place());
          return <rect x={x - 7} y={y - 7} width="14" height="14" fill="none" stroke="#fff" stroke-width="3" />;
        }}
      </Show>
    </svg>
  );
};
