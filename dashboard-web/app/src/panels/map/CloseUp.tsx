import { type Component, createMemo, Show } from "solid-js";
import { ALL_COLUMNS } from "../../lib/domains";
import { t } from "../../lib/i18n";
import { fixed } from "../../lib/number";
import { drawing, type Live } from "../../map/drawing";
import { Overlay } from "../../map/Overlay";
import { windNear } from "../../map/wind";
import type { CloseUp } from "./layout";
import { Scale } from "./Scale";

const NONE: ReadonlySet<string> = new Set();

/** The alarms from near by, with all their numbers. */
export const CloseUpMap: Component<{ closeUp: CloseUp; live: Live }> = (props) => {
  const size = () => props.closeUp.box;
  const frame = createMemo(() => ({ x: 4, y: 4, width: size().width - 8, height: size().height - 8 }));
  const wind = createMemo(() => windNear(props.closeUp.projection.centre, props.live));
  return (
    <div
      class="close-up"
      style={{
        left: `${size().x}px`,
        top: `${size().y}px`,
        width: `${size().width}px`,
        height: `${size().height}px`,
      }}
    >
      <Overlay
        projection={props.closeUp.projection}
        land
        label={t().inset}
        draw={(measure) =>
          drawing(props.live, {
            projection: props.closeUp.projection,
            frame: frame(),
            taken: [
              { x: 0, y: size().height - 40, width: 140, height: 40 },
              { x: 0, y: 0, width: 190, height: 30 },
            ],
            together: NONE,
            names: false,
            marks: ALL_COLUMNS,
            measure,
          })
        }
      />
      <Show when={wind()}>
        {(known) => (
          <p class="wind">
            <svg width="24" height="24" viewBox="-12 -12 24 24" aria-hidden="true">
              <g transform={`rotate(${known().from + 180})`}>
                <path d="M0 12V-4" stroke="currentColor" stroke-width="2.5" />
                <path d="M0 -12l6 11h-12z" fill="currentColor" />
              </g>
            </svg>
            {t().wind(known().from, known().speed === undefined ? "" : `${fixed(known().speed ?? 0, 1)} m/s`)}
          </p>
        )}
      </Show>
      <Scale metresPerPixel={props.closeUp.projection.metresPerPixel} pixelsMax={110} />
    </div>
  );
};
