import "./scene.css";
import { type Component, For, Show } from "solid-js";
import { t } from "../lib/i18n";
import { HazardMap } from "./HazardMap";
import type { Received } from "./kept";
import { RouteLine } from "./RouteLine";
import type { PhoneState } from "./state";

/** What is to be heeded at the scene: the map, the wind, three lines, and how to get there. */
export const Scene: Component<{ given: Received; phone: PhoneState; nowMs: number }> = (props) => {
  const hazard = () => props.given.hazard;
  const place = () => props.given.incident.place;
  const clock = () => new Date(props.given.receivedMs).toTimeString().slice(0, 5);
  const minutes = () => Math.max(0, Math.floor((props.nowMs - props.given.receivedMs) / 60_000));
  /** The way that the wind blows stays free of buttons. */
  const southEast = () => {
    const to = ((hazard()?.wind?.from_degrees ?? 0) + 180) % 360;
    return hazard()?.wind != null && to > 90 && to < 180;
  };
  const geo = (lon: number, lat: number) => {
    const at = `${lat.toFixed(6)},${lon.toFixed(6)}`;
    return `geo:${at}?q=${encodeURIComponent(`${at}(${place()?.name || props.given.incident.title})`)}`;
  };
  return (
    <section class="hazard">
      <div class="from-above">
        <HazardMap given={props.given} here={props.phone.here()} way={props.phone.route()?.way ?? []} />
        <p class="received" classList={{ calm: !hazard()?.wind }}>
          <Show when={hazard()} fallback={<b>{t().outside.noHazard}</b>}>
            <Show when={hazard()?.wind}>
              {(wind) => <b>{t().wind(wind().from_degrees, `${wind().speed_ms.toFixed(1)} m/s`)}</b>}
            </Show>
          </Show>
          <span>
            {clock()} {t().outside.received}
            <Show when={minutes() > 0}> · {t().minutesAgo(minutes())}</Show>
          </span>
        </p>
        <Show when={place()}>
          {(at) => (
            <a class="navigate" classList={{ up: southEast() }} href={geo(at().lon, at().lat)}>
              {t().outside.navigate}
            </a>
          )}
        </Show>
        <Show when={props.phone.unit()}>
          <button
            type="button"
            class="locate"
            aria-pressed={props.phone.locating()}
            onClick={() => props.phone.locate(!props.phone.locating())}
          >
            {props.phone.locating() ? t().outside.locating : t().outside.locate}
            <Show when={props.phone.locating()}>
              {" "}
              <small>{props.phone.here() ? t().outside.stopLocating : t().outside.notLocated}</small>
            </Show>
          </button>
        </Show>
      </div>
      <Show when={props.phone.route()}>{(route) => <RouteLine route={route()} nowMs={props.nowMs} />}</Show>
      <Show when={(hazard()?.lines.length ?? 0) > 0}>
        <ul>
          <For each={hazard()?.lines}>{(line) => <li>{line}</li>}</For>
        </ul>
      </Show>
    </section>
  );
};
