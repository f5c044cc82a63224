import "./video.css";
import { type Component, createMemo, For, Index, Show } from "solid-js";
import { newest } from "../../feed/events";
import type { EventView } from "../../feed/messages";
import type { Wall } from "../../feed/store";
import { say, spoken, t } from "../../lib/i18n";
import { fixed } from "../../lib/number";
import { clockOfDay, clockSeconds } from "../../lib/time";
import { AlarmSign } from "../../ui/Sign";
import { ListPanel } from "../ListPanel";
import type { Panel } from "../panel";
import { worstOf } from "../reading";
import { cameras, cut, kindName, kinds } from "./video";

/** Rows that fit. */
const KINDS_MAX = 5;
const LAST_MAX = 9;
const OFFLINE_MAX = 3;

/** Cameras, what they detected, by kind and last. */
export const Video: Panel = (props) => {
  const list = createMemo(() => cameras(props.wall));
  const events = createMemo(() =>
    newest(
      props.wall.events(),
      list().map(({ thing }) => thing.id),
    ),
  );
  const rows = createMemo(() => kinds(events(), props.wall.now()));
  const offline = () => list().filter(({ online }) => !online);
  // Cameras that are all away saw nothing, and nothing can be concluded from it.
  const blind = () => offline().length === list().length;
  const names = () => {
    const shown = offline().slice(0, OFFLINE_MAX);
    const more = offline().length - shown.length;
    return shown.map(({ thing }) => say(thing.name)).join("、") + (more > 0 ? ` +${more}` : "");
  };
  const ago = (event: EventView) => spoken(props.wall.now() - event.at_ms);
  return (
    <ListPanel
      class="video"
      title={t().video}
      notes={
        <Show when={list().length > 0}>
          <i class="share">
            <b>{list().length - offline().length}</b> / {list().length} {t().camerasOnline}
          </i>
        </Show>
      }
      count={list().length}
      none={t().videoNone}
    >
      <p class="offline">
        <Show when={offline().length > 0}>{t().camerasOffline(names())}</Show>
      </p>
      <table>
        <thead>
          <tr>
            <th>{t().kind}</th>
            <th class="num">
              {t().lastHour} {cut(props.wall.events(), list(), props.wall.now()) ? t().atLeast : ""}
            </th>
            <th class="num">{t().last}</th>
          </tr>
        </thead>
        <tbody>
          <Index each={rows().slice(0, KINDS_MAX)}>
            {(row) => (
              <tr>
                <th scope="row">{kindName(props.wall, row().kind)}</th>
                <td class="num key" classList={{ zero: row().hour === 0, blind: blind() }}>
                  {row().hour}
                </td>
                <td class="num share">
                  <Show when={row().last} fallback="—">
                    {(last) => ago(last())}
                  </Show>
                </td>
              </tr>
            )}
          </Index>
        </tbody>
      </table>
      <h2>{t().lastDetections}</h2>
      <Show when={events().length > 0} fallback={<p class="quiet">{t().eventsNone}</p>}>
        <ol>
          <For each={events().slice(0, LAST_MAX)}>{(event) => <Last event={event} wall={props.wall} />}</For>
        </ol>
      </Show>
    </ListPanel>
  );
};

/** One detection: when, what, where, what was measured with it. */
const Last: Component<{ event: EventView; wall: Wall }> = (props) => {
  const zone = () => props.wall.facts()?.city.zone ?? "UTC";
  const thing = () => props.wall.things().get(props.event.thing);
  const alarm = createMemo(() => worstOf(props.wall.alarms().values()).get(props.event.thing));
  const measured = () =>
    props.event.values
      .filter(({ property }) => property !== "confidence")
      .map(({ property, value }) => {
        const known = props.wall.facts()?.properties.get(property);
        return `${fixed(value, known?.decimals ?? 1)} ${known?.unit ?? ""}`.trim();
      })
      .join(" ");
  const when = () => {
    const today = clockOfDay(props.event.at_ms, props.wall.now(), zone());
    return today.length > 5 ? today : clockSeconds(props.event.at_ms, zone());
  };
  return (
    <li>
      <span class="when">{when()}</span>
      <span class="icon">
        <AlarmSign alarm={alarm()} size={32} />
      </span>
      <b>{kindName(props.wall, props.event.kind)}</b>
      <span class="where">{say(thing()?.name ?? { zh: props.event.thing, en: props.event.thing })}</span>
      <span class="num">{measured()}</span>
    </li>
  );
};
