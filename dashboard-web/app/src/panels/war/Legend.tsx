import "./war-map.css";
import { type Component, For, Show } from "solid-js";
import { t } from "../../lib/i18n";
import type { AtWar } from "../../posture/posture";
import { GREYS } from "./war";

/** What the map of a war shows. */
export const Legend: Component<{ war: AtWar | undefined; unit: string }> = (props) => (
  <div class="war-legend">
    <Show when={(props.war?.plume?.contours.length ?? 0) > 0}>
      <div class="bands">
        <For each={props.war?.plume?.contours}>
          {({ value }, index) => (
            <span>
              <i style={{ background: GREYS[index()] ?? GREYS[3] }} /> {value}
            </span>
          )}
        </For>
        <span>{props.unit}</span>
      </div>
      <p>
        <i class="white" /> {t().war.legendDecides} {props.war?.plume?.contours.find((one) => one.decides)?.value}
      </p>
      <p>
        <i class="dotted" /> {t().war.plumeRough}
      </p>
    </Show>
    <p>
      <i class="ring" /> {t().war.legendSource} <i class="hollow" /> {t().war.legendSensor}
    </p>
  </div>
);
