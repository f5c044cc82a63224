import { type Component, createSignal, Show } from "solid-js";
import type { Step, TaskRow } from "../feed/command";
import { say, t } from "../lib/i18n";
import { Sign } from "../ui/Sign";
import { Camera } from "./Camera";
import { CheckIn } from "./CheckIn";
import { Deadline } from "./Deadline";
import { Help } from "./Help";
import { nextStep, proving, standing } from "./queue";
import { Scene } from "./Scene";
import { Squares } from "./Squares";
import type { PhoneState } from "./state";
import { Waiting } from "./Waiting";
import { Writing } from "./Writing";

/** Where somebody is at it who signed it. */
const UNDER_WAY = ["signed", "en_route", "on_scene", "working", "done"];

/** A task: where it stands, what is to be heeded, and the next missing thing under the thumb. */
export const OneTask: Component<{ task: TaskRow; phone: PhoneState }> = (props) => {
  const [writing, write] = createSignal<"tell" | "refuse">();
  const queue = () => props.phone.queue().filter((each) => each.task === props.task.id);
  const stage = () => standing(props.task, queue());
  const next = () => nextStep(stage());
  const needed = () => (props.task.proof.by === "evidence" ? props.task.proof.photos : 0);
  const shown = () => proving(props.task, queue());
  const missing = () => next() === "finish" && shown() < needed();
  const atIt = () => UNDER_WAY.includes(stage());
  const incident = () => props.phone.outside()?.incident;
  const called = () => {
    if (queue().some(({ step, refused }) => step === "call_help" && refused === undefined)) return "waits";
    return props.task.calling === null ? "none" : "sent";
  };
  /** Without a network there is the way by SMS, where somebody gave a number. */
  const sms = () => {
    const given = props.phone.outside();
    if (given === undefined || given.help_sms === "") return undefined;
    const at = props.phone.here() ?? given.incident.place;
    const place = at ? `${at.lat.toFixed(5)},${at.lon.toFixed(5)}` : "";
    return `sms:${given.help_sms}?body=${encodeURIComponent(t().helpText(say(props.task.title), place))}`;
  };
  const take = (step: Step, note = "") => {
    write(undefined);
    props.phone.take(props.task.id, step, note);
  };
  const snap = (files: FileList | null) => void props.phone.snap(props.task.id, files, "");
  return (
    <section class="one" data-task={props.task.id} data-stage={stage()}>
      <div class="what">
        <Sign
          level={incident()?.warning ?? 4}
          size={40}
          number={props.task.incident_number}
          empty={!incident()?.warning}
        />
        <div>
          <h1>{say(props.task.title)}</h1>
          <p>
            {incident()?.place?.name || incident()?.title || `# ${props.task.incident_number}-${props.task.number}`}
            <Show when={incident()?.commander}>
              {(name) => (
                <>
                  {" "}
                  {t().outside.commander} {name()}
                </>
              )}
            </Show>
            <Show when={props.task.late !== "no"}>
              {" "}
              <mark>{t().late[props.task.late]}</mark>
            </Show>
            <Show when={props.task.relapses > 0}> {t().relapsed(props.task.relapses)}</Show>
          </p>
        </div>
        <Deadline task={props.task} stage={stage()} nowMs={props.phone.cityMs()} />
      </div>
      <Squares task={props.task} stage={stage()} queue={queue()} outside={props.phone.outside()} />
      <Show
        when={writing()}
        keyed
        fallback={
          <Show when={props.phone.outside()}>
            {(given) => <Scene given={given()} phone={props.phone} nowMs={props.phone.cityMs()} />}
          </Show>
        }
      >
        {(what) => <Writing step={what} onDone={(note) => take(what, note)} onCancel={() => write(undefined)} />}
      </Show>
      <Show when={props.task.proof.by === "reading" && stage() !== "done"}>
        <p class="proof">{t().phone.proofReading}</p>
      </Show>
      <Show when={props.phone.unit()}>
        {(unit) => <CheckIn unit={unit()} nowMs={props.phone.cityMs()} onCheckIn={() => void props.phone.checkIn()} />}
      </Show>
      <Waiting queue={queue().filter(({ refused }) => refused === undefined)} online={props.phone.online()} />
      <div class="thumb">
        <Show
          when={!missing()}
          fallback={
            <Camera primary onPhotos={snap} words={t().outside.report}>
              {t().evidenceOf(shown(), needed())}
            </Camera>
          }
        >
          <Show
            when={next()}
            fallback={<p class="proof">{stage() === "done" ? t().phone.waitsProof : t().taskStages[stage()]}</p>}
          >
            {(following) => (
              <button type="button" class="primary" onClick={() => take(following())}>
                {t().steps[following()]}
              </button>
            )}
          </Show>
        </Show>
        <div class="others">
          <Show when={missing()}>
            <button type="button" class="not-yet" disabled>
              {t().steps.finish}
            </button>
          </Show>
          <Show when={stage() === "dispatched" || stage() === "signed"}>
            <button type="button" onClick={() => write("refuse")}>
              {t().phone.refuse}
            </button>
          </Show>
          <Show when={atIt() && !missing() && stage() !== "signed"}>
            <Camera onPhotos={snap} words={t().phone.photo} />
          </Show>
          <Show when={atIt()}>
            <Show
              when={called() === "waits" && sms()}
              fallback={
                <button type="button" onClick={() => write("tell")}>
                  {t().outside.write}
                </button>
              }
            >
              {(href) => (
                <a class="sms" href={href()}>
                  {t().outside.helpSms}
                </a>
              )}
            </Show>
            <Help state={called()} onCall={() => take("call_help")} />
          </Show>
        </div>
      </div>
    </section>
  );
};
