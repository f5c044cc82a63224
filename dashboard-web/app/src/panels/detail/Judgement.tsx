import { type Component, createMemo, For, type JSX, Show } from "solid-js";
import { named } from "../../feed/acknowledge";
import type { AlarmView, RuleVersionView } from "../../feed/messages";
import { pairKey } from "../../feed/scene";
import type { Wall } from "../../feed/store";
import { say, spoken, t } from "../../lib/i18n";
import { clockOfDay, clockSeconds } from "../../lib/time";
import { Sign } from "../../ui/Sign";
import { became, lastWords } from "../sources/notices";
import { completeness } from "./facts";
import { brief, explained } from "./rule";

/** Channels that fit. */
const TOLD_MAX = 3;

/** Why it was raised, and by what: rule, condition, source, course, completeness. */
export const Judgement: Component<{ wall: Wall; alarm: AlarmView }> = (props) => {
  const rule = () => props.wall.facts()?.rules.get(props.alarm.rule);
  const property = () => props.wall.facts()?.properties.get(props.alarm.property);
  const unit = () => property()?.unit ?? "";
  const said = (value: number) => `${Number(value.toFixed(3))} ${unit()}`.trim();
  const zone = () => props.wall.facts()?.city.zone ?? "UTC";
  const clock = (ms: number) => {
    const day = clockOfDay(ms, props.wall.now(), zone());
    return day.length > 5 ? day : clockSeconds(ms, zone());
  };
  const condition = () => {
    const known = rule();
    if (known === undefined) return `${t().threshold} ${said(props.alarm.threshold)}`;
    return explained(known, props.wall, props.wall.things().get(props.alarm.thing));
  };
  const others = createMemo(() =>
    [...(props.wall.facts()?.rules.values() ?? [])]
      .filter((each) => each.properties.includes(props.alarm.property) && each.id !== props.alarm.rule)
      .sort((a, b) => a.level - b.level),
  );
  const whole = () => completeness(props.wall.trends().get(pairKey(props.alarm.thing, props.alarm.property)));
  const course = () => {
    const { started_ms, raised_ms, ended_ms, acknowledged } = props.alarm;
    return [
      t().startedAt(clock(started_ms)),
      t().raisedAfter(spoken(raised_ms - started_ms)),
      acknowledged === null ? t().unacknowledged : t().acknowledgedBy(named(acknowledged), clock(acknowledged.at_ms)),
      ended_ms === null ? t().lasting : t().endedAt(clock(ended_ms)),
    ].join(" · ");
  };
  const told = createMemo(() => lastWords(props.wall.told().get(props.alarm.id)?.notices ?? []));
  return (
    <dl class="judgement">
      <Line name={t().rule}>
        {rule() === undefined ? props.alarm.rule : say(rule()?.title ?? { zh: "", en: "" })} <i>{props.alarm.rule}</i>
      </Line>
      <Show when={condition()}>{(text) => <Line name={t().judged}>{text()}</Line>}</Show>
      <Line name={t().ruleVersion}>
        {version(props.alarm.raised_by)}
        <Show when={rule()?.written?.digest !== props.alarm.raised_by?.digest && rule()?.written}>
          {(now) => <b>{t().ruleNow(version(now()))}</b>}
        </Show>
      </Line>
      <Line name={t().ruleSource}>{rule()?.source || t().untold}</Line>
      <Line name={t().course}>{course()}</Line>
      <Show when={props.wall.channels().size > 0}>
        <Line name={t().notices}>
          <For each={told().slice(0, TOLD_MAX)} fallback={t().toldNobody}>
            {(notice) => <span>{became(notice, props.wall.now(), zone())}</span>}
          </For>
          <Show when={told().length > TOLD_MAX}>
            <i>{t().more(told().length - TOLD_MAX)}</i>
          </Show>
        </Line>
      </Show>
      <Show when={whole()}>
        {(known) => (
          <Line name={t().completeness}>
            {t().windowsPresent(known().present, known().all, spoken(known().stepMs))}
          </Line>
        )}
      </Show>
      <Show when={others().length > 0}>
        <Line name={t().otherRules}>
          <For each={others().slice(0, 4)}>
            {(each) => (
              <span class="other">
                <Sign level={each.level} size={20} /> {brief(each, props.wall.things().get(props.alarm.thing))}
              </span>
            )}
          </For>
        </Line>
      </Show>
    </dl>
  );
};

/** Which text of a rule: the pack, its version, and the beginning of the sum over the text. */
const version = (known: RuleVersionView | undefined): string =>
  known === undefined ? t().untold : `${known.pack} ${known.version} · ${known.digest}`;

const Line: Component<{ name: string; children: JSX.Element }> = (props) => (
  <>
    <dt>{props.name}</dt>
    <dd>{props.children}</dd>
  </>
);
