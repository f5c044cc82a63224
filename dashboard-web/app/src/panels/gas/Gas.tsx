import "./gas.css";
import { createMemo, Show } from "solid-js";
import { say, t } from "../../lib/i18n";
import { observedBy } from "../observed";
import type { Panel } from "../panel";
import { byValue, detectors, quiet, thresholds } from "./detectors";
import { Highest } from "./Highest";
import { Strip } from "./Strip";

/** The gas detectors: all of them in a small strip while they are quiet, else those that read highest. */
export const Gas: Panel = (props) => {
  const gas = createMemo(() => {
    const facts = props.wall.facts();
    return facts === undefined ? undefined : observedBy("gas", props.wall.things().values(), facts)[0];
  });
  const limits = createMemo(() => {
    const property = gas();
    const facts = props.wall.facts();
    return property === undefined || facts === undefined ? [] : thresholds(property, facts.rules);
  });
  const list = createMemo(() => {
    const { wall } = props;
    const property = gas();
    if (property === undefined) return [];
    return detectors(property, wall.things(), wall.latest(), wall.alarms(), wall.now());
  });
  const title = () => {
    const property = gas();
    return property === undefined ? t().gas : t().gasTitle(say(property.title));
  };
  const highest = () => byValue(list());
  const calm = () => quiet(list(), limits()[0]);
  const fresh = () => list().filter(({ heard }) => heard === "fresh").length;
  return (
    <section class="panel gas" aria-label={title()}>
      <h2>
        {title()}
        <Show when={gas()}>
          {(property) => (
            <>
              <i>
                <span>{property().unit}</span>
                <Show when={limits().length > 0}>
                  <span>
                    {t().thresholdKey} {limits().join(" / ")}
                  </span>
                </Show>
                <Show when={!calm()}>
                  <span>{t().logScale}</span>
                </Show>
              </i>
              <i class="share">
                <b>{fresh()}</b> / {list().length} {t().freshDetectors}
              </i>
            </>
          )}
        </Show>
      </h2>
      <Show when={gas()} fallback={<p class="quiet">{t().gasNone}</p>}>
        {(property) => (
          <Show
            when={calm()}
            fallback={<Highest list={highest()} property={property()} limits={limits()} nowMs={props.wall.now()} />}
          >
            <Strip list={list()} property={property()} nowMs={props.wall.now()} />
          </Show>
        )}
      </Show>
    </section>
  );
};
