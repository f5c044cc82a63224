import "./war-map.css";
import { type Component, Show } from "solid-js";
import { t } from "../../lib/i18n";
import type { Wind as Measured } from "../../map/wind";

/** The wind that is measured, in the upper left; the arrow points where it blows to. */
export const Wind: Component<{ wind: Measured | undefined }> = (props) => (
  <div class="war-wind">
    <svg width="92" height="104" role="img" aria-label={t().war.north}>
      <text x="46" y="16">
        {t().war.north}
      </text>
      <circle cx="46" cy="62" r="38" />
      <Show when={props.wind}>
        {(wind) => (
          <g transform={`rotate(${wind().from + 180} 46 62)`}>
            <path class="shaft" d="M46 92V44" />
            <path class="head" d="M46 30l10 18H36z" />
          </g>
        )}
      </Show>
    </svg>
    <Show when={props.wind} fallback={<p class="none">{t().war.windNone}</p>}>
      {(wind) => (
        <p>
          <b>{t().war.windFrom(wind().from)}</b>
          <span>{wind().speed === undefined ? t().noData : `${wind().speed?.toFixed(1)} m/s`}</span>
          <i>{t().war.windMeasured}</i>
        </p>
      )}
    </Show>
  </div>
);
