import "./detail.css";
import { type Component, createMemo, For, Show } from "solid-js";
import { Curve, type Level } from "../../charts/Curve";
import { newest } from "../../feed/events";
import type { AlarmView } from "../../feed/messages";
import type { Wall } from "../../feed/store";
import { say, t } from "../../lib/i18n";
import { fixed } from "../../lib/number";
import { age, clockMinutes, clockOfDay, clockSeconds } from "../../lib/time";
import { AlarmSign } from "../../ui/Sign";
import { colourOf } from "../../ui/signs";
import { Age } from "../Age";
import { Behind } from "../Behind";
import type { Panel } from "../panel";
import { reading } from "../reading";
import { silenced } from "../silenced";
import { kindName } from "../video/video";
import { BesidePart } from "./Beside";
import { type Change, changes, points } from "./facts";
import { Judgement } from "./Judgement";
import { clearOf } from "./rule";

/** Corrections that fit. */
const CHANGES_MAX = 3;

/** Everything about one alarm that answers "true or false?" without another screen. */
export const Detail: Panel = (props) => {
  const alarm = createMemo((before: AlarmView | undefined) => {
    const id = props.opened;
    if (id === undefined) return undefined;
    // An alarm that closes while somebody reads stays until he leaves.
    return props.wall.alarms().get(id) ?? (before?.id === id ? before : undefined);
  });
  return (
    <Show when={alarm()}>
      {(known) => (
        <section class="panel detail" aria-label={t().detail} data-detail={known().id}>
          <Head wall={props.wall} alarm={known()} onOpen={props.onOpen} onClose={() => props.onOpen?.("")} />
          <div class="parts">
            <div>
              <Readings wall={props.wall} alarm={known()} />
              <h3>{t().judged}</h3>
              <Judgement wall={props.wall} alarm={known()} />
            </div>
            <div>
              <BesidePart wall={props.wall} alarm={known()} />
              <h3>{t().corrections}</h3>
              <Corrections wall={props.wall} alarm={known()} />
            </div>
          </div>
        </section>
      )}
    </Show>
  );
};

const Head: Component<{
  wall: Wall;
  alarm: AlarmView;
  onOpen: ((alarm: string) => void) | undefined;
  onClose: () => void;
}> = (props) => {
  const rule = () => props.wall.facts()?.rules.get(props.alarm.rule);
  const thing = () => props.wall.things().get(props.alarm.thing);
  const area = () => props.wall.facts()?.city.areas.find(({ code }) => code === thing()?.area);
  return (
    <header class="head">
      <AlarmSign alarm={props.alarm} size={60} />
      <div>
        <h2>{rule() === undefined ? props.alarm.rule : say(rule()?.title ?? { zh: "", en: "" })}</h2>
        <p>
          {thing() === undefined ? props.alarm.thing : say(thing()?.name ?? { zh: "", en: "" })}
          <Show when={area()}>{(county) => <> · {say(county().name)}</>}</Show> <i>{props.alarm.thing}</i>
          <Show when={props.alarm.key}>{(key) => <i>{t().track(key())}</i>}</Show>
          <Show when={silenced(props.wall, thing())}>{(by) => <Behind by={by()} named onOpen={props.onOpen} />}</Show>
        </p>
      </div>
      <Show when={props.alarm.state !== "acknowledged"}>
        <mark>{t().unacknowledged}</mark>
      </Show>
      <b class="age">{age(props.wall.now() - props.alarm.started_ms)}</b>
      <button type="button" class="acknowledge" onClick={() => props.onClose()}>
        {t().detailClose}
      </button>
    </header>
  );
};

/** What was observed around an alarm, as a curve of a given size. */
export const Readings: Component<{ wall: Wall; alarm: AlarmView; width?: number; height?: number }> = (props) => {
  const property = () => props.wall.facts()?.properties.get(props.alarm.property);
  const zone = () => props.wall.facts()?.city.zone ?? "UTC";
  const list = createMemo(() => points(props.wall, props.alarm));
  const said = (value: number) => fixed(value, property()?.decimals ?? 2);
  const current = () => {
    const thing = props.wall.things().get(props.alarm.thing);
    const found = thing === undefined ? undefined : reading(props.wall, thing, props.alarm.property);
    return found?.last === undefined ? undefined : found;
  };
  const rule = () => props.wall.facts()?.rules.get(props.alarm.rule);
  const trigger = (): string => {
    const unit = property()?.unit ?? "";
    switch (rule()?.operator) {
      case "rate":
        return ` · ${t().trigger} ${said(props.alarm.value)} ${unit}/h`;
      case "threshold":
      case undefined:
        return ` · ${t().trigger} ${said(props.alarm.value)}`;
      default:
        return "";
    }
  };
  const levels = (): Level[] => {
    const known = rule();
    // A change per hour, a silence or a standstill is not on the axis of the readings.
    if (known !== undefined && known.operator !== "threshold") return [];
    const { threshold } = props.alarm;
    const raise = { value: threshold, text: `${t().raiseAt} ${Number(threshold.toFixed(3))}`, solid: true };
    const clear = clearOf(known, props.wall.things().get(props.alarm.thing));
    if (clear === undefined || clear === threshold) return [raise];
    return [raise, { value: clear, text: `${t().clearAt} ${Number(clear.toFixed(3))}`, solid: false }];
  };
  const events = () => newest(props.wall.events(), [props.alarm.thing]).slice(0, 6);
  return (
    <>
      <h3>
        {t().readingsOf}
        <Show when={property()}>
          {(known) => (
            <i>
              {say(known().title)} {known().unit}
            </i>
          )}
        </Show>
        <Show when={current()}>
          {(known) => (
            <i>
              {t().now(`${said(known().last?.value ?? 0)} ${property()?.unit ?? ""}`)}
              {trigger()} · {clockSeconds(known().last?.at_ms ?? 0, zone())}{" "}
              <Age reading={known()} nowMs={props.wall.now()} />
            </i>
          )}
        </Show>
      </h3>
      <Show
        when={list().length > 1}
        fallback={
          <div class="no-curve">
            <p>{t().historyNone}</p>
            <For each={events()}>
              {(event) => (
                <p>
                  {clockSeconds(event.at_ms, zone())} {kindName(props.wall, event.kind)} {event.part ?? ""}
                </p>
              )}
            </For>
          </div>
        }
      >
        <Curve
          points={list()}
          levels={levels()}
          stretch={[props.alarm.started_ms, props.alarm.ended_ms ?? props.wall.now()]}
          width={props.width ?? 814}
          height={props.height ?? 300}
          label={t().readingsOf}
          colour={colourOf(props.alarm)}
          value={(value) => String(Number(value.toPrecision(6)))}
          clock={(ms) => clockMinutes(ms, zone())}
        />
      </Show>
    </>
  );
};

/** What late data changed. */
export const Corrections: Component<{ wall: Wall; alarm: AlarmView }> = (props) => {
  const list = createMemo(() => changes(props.wall, props.alarm));
  const zone = () => props.wall.facts()?.city.zone ?? "UTC";
  const decimals = () => props.wall.facts()?.properties.get(props.alarm.property)?.decimals ?? 2;
  const text = ({ what, atMs, before, after }: Change) => {
    const dated = what === "began" || what === "ended";
    const said = (value: number | null) => {
      if (value === null) return what === "ended" ? t().lasting : t().none;
      return dated ? clockOfDay(value, props.wall.now(), zone()) : fixed(value, decimals());
    };
    if (what === "window") return t().correctedWindow(clockMinutes(atMs ?? 0, zone()), said(before), said(after));
    return t().correctedFrom(what, said(before), said(after));
  };
  return (
    <Show when={list().length > 0} fallback={<p class="quiet">{t().correctionsNone}</p>}>
      <ul class="changes">
        <For each={list().slice(0, CHANGES_MAX)}>{(change) => <li>{text(change)}</li>}</For>
        <Show when={list().length > CHANGES_MAX}>
          <li>{t().more(list().length - CHANGES_MAX)}</li>
        </Show>
      </ul>
    </Show>
  );
};
