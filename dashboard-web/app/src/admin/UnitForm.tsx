import { type Component, For, Show } from "solid-js";
import type { Unit, UnitRow } from "../feed/admin";
import { say, t } from "../lib/i18n";
import { Choice, given, Line, Sheet } from "./fields";
import { type Hand, wordsOf } from "./hand";

/** A unit of the register: added, changed or retired. Its goods are counted elsewhere and stay as they are. */
export const UnitForm: Component<{
  hand: Hand;
  row?: UnitRow;
  onDone: (id?: string) => void;
  onCancel?: () => void;
}> = (props) => {
  const { hand } = props;
  const words = () => t().admin;
  const unit = () => props.row?.unit;
  const put = async (next: Unit | Readonly<Record<string, unknown>>, id: string) => {
    const came = hand.after(await hand.admin.importUnits({ units: [next], check: false }));
    if (came === undefined) return;
    const refused = came.rejected[0];
    hand.after<undefined>(
      refused === undefined ? { outcome: "done", value: undefined } : { outcome: "refused", why: refused.why },
      words().kept,
    );
    if (refused === undefined) props.onDone(id);
  };
  const send = (data: FormData) => {
    const id = unit()?.id ?? given(data, "id");
    const or = (name: string) => given(data, name) || null;
    const places = given(data, "places");
    void put(
      {
        id,
        name: { zh: given(data, "zh"), en: given(data, "en") },
        kind: given(data, "kind"),
        skills: wordsOf(given(data, "skills")),
        area: or("area"),
        home: [Number(given(data, "lon")), Number(given(data, "lat"))],
        shift: or("shift"),
        account: or("account"),
        tracked: data.get("tracked") !== "no",
        pace: Number(given(data, "pace")),
        capacity: places === "" ? null : { places: Number(places), taken: unit()?.capacity?.taken ?? 0 },
        stock: unit()?.stock ?? [],
        ...(unit()?.retired === true ? { retired: true } : {}),
      },
      id,
    );
  };
  return (
    <>
      <h2>{props.row === undefined ? words().newUnit : `${say(props.row.unit.name)}　${props.row.unit.id}`}</h2>
      <Sheet onSend={send}>
        <Show when={unit() === undefined}>
          <Line label={words().id} name="id" value="" required />
        </Show>
        <Line label={words().nameZh} name="zh" value={unit()?.name.zh ?? ""} required />
        <Line label={words().nameEn} name="en" value={unit()?.name.en ?? ""} required />
        <Choice
          label={words().kind}
          name="kind"
          value={unit()?.kind ?? "vehicle"}
          choices={Object.entries(words().kinds)}
        />
        <Line label={words().skills} name="skills" value={unit()?.skills.join(" ") ?? ""} note={words().skillsNote} />
        <Line label={words().area} name="area" value={unit()?.area ?? ""} note={words().areaNote} />
        <div class="pair">
          <Line label={words().lon} name="lon" value={String(unit()?.home[0] ?? "")} required />
          <Line label={words().lat} name="lat" value={String(unit()?.home[1] ?? "")} required />
        </div>
        <div class="pair">
          <Line label={words().shift} name="shift" value={unit()?.shift ?? ""} note={words().shiftNote} />
          <Line label={words().pace} name="pace" value={String(unit()?.pace ?? 100)} note={words().paceNote} />
        </div>
        <div class="pair">
          <Line label={words().carrier} name="account" value={unit()?.account ?? ""} note={words().carrierNote} />
          <Line label={words().places} name="places" value={String(unit()?.capacity?.places ?? "")} />
        </div>
        <Choice
          label={words().tracked}
          name="tracked"
          value={unit()?.tracked === false ? "no" : "yes"}
          choices={[
            ["yes", words().yes],
            ["no", words().no],
          ]}
        />
        <div class="buttons">
          <button type="submit" class="primary">
            {unit() === undefined ? words().add : words().keep}
          </button>
          <Show when={unit()}>
            {(known) => (
              <button
                type="button"
                onClick={() => void put({ ...known(), retired: known().retired !== true }, known().id)}
              >
                {known().retired === true ? words().restore : words().retire}
              </button>
            )}
          </Show>
          <Show when={props.onCancel}>
            {(cancel) => (
              <button type="button" onClick={() => cancel()()}>
                {t().cancel}
              </button>
            )}
          </Show>
        </div>
      </Sheet>
      <Show when={unit()?.stock.length}>
        <dl class="facts">
          <For each={unit()?.stock ?? []}>
            {(stock) => (
              <div>
                <dt>{say(stock.name)}</dt>
                <dd>
                  {stock.amount} {stock.unit}
                </dd>
              </div>
            )}
          </For>
        </dl>
      </Show>
    </>
  );
};
