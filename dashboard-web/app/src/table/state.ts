import { type Accessor, createEffect, createMemo, createSignal, on, onCleanup, onMount } from "solid-js";
import { coalesced } from "../feed/coalesced";
import { type Acted, type Command, type Incident, type IncidentRow, newKey, type Plan } from "../feed/command";
import type { Advice, Leak, Plume, Proposal, Unit } from "../feed/forces";
import type { ContourView } from "../feed/messages";
import type { Own } from "../feed/presence";
import type { Wall } from "../feed/store";
import { t } from "../lib/i18n";
import type { Place } from "../map/project";

/** Units, advice and proposals, which the live scene does not carry, are asked for this often. */
const ASK_MS = 6_000;
/** The live scene may tell of an incident many times a second: it is asked about so much less often. */
const GAP_MS = 500;

/** What a part of the table may do: send an act, and say what came of it. */
export interface Hand {
  /** Acts on the incident, under the version that is shown; whether it counts. */
  readonly act: (kind: "acts" | "orders", act: object) => Promise<boolean>;
  /** A step of a task, under its version that is shown. */
  readonly step: (task: string, version: number, step: string, note: string, more?: object) => Promise<boolean>;
  readonly open: (body: object) => Promise<boolean>;
  /** Says something to who stands here; `undefined` takes it away. */
  readonly tell: (text: string | undefined) => void;
  /** Whether somebody may do what a right is for. */
  readonly may: (right: string) => boolean;
  /** The account of who is here. */
  readonly person: () => string | undefined;
}

/** An estimate of the model that was asked for at this table. */
export interface Estimate {
  readonly atMs: number;
  readonly leak: Leak;
  readonly plume: Plume;
}

/** All that the table shows. */
export interface TableState {
  readonly list: Accessor<readonly IncidentRow[]>;
  readonly plans: Accessor<readonly Plan[]>;
  readonly shown: Accessor<Incident | undefined>;
  readonly chosen: Accessor<string | undefined>;
  readonly choose: (id: string) => void;
  readonly units: Accessor<readonly Unit[]>;
  readonly advice: Accessor<Advice | undefined>;
  readonly proposals: Accessor<readonly Proposal[]>;
  readonly estimate: Accessor<Estimate | undefined>;
  /** The plume of the incident's last estimate, as on the wall, where nothing was asked for here. */
  readonly contours: Accessor<readonly ContourView[]>;
  /** Radius of the isolation circle, metres; as it was said at this table. */
  readonly isolation: Accessor<number | undefined>;
  readonly isolate: (metres: number | undefined) => void;
  /** Asks the model; whether it answered. */
  readonly reckon: (leak: Leak) => Promise<boolean>;
  readonly said: Accessor<string | undefined>;
  /** Since when the server does not answer. */
  readonly awayMs: Accessor<number | undefined>;
  /** Asks for everything again. */
  readonly refresh: () => Promise<void>;
  readonly hand: Hand;
}

/** Where an incident is. */
export function placeOf(incident: Incident | undefined): Place | undefined {
  const place = incident?.place;
  return place === undefined || place === null ? undefined : [place.lon, place.lat];
}

/** Whether the live scene tells when the shown incident changes: it is live, and carries those that are neither over nor merged. */
export function isTold(wall: Wall, id: string | undefined): boolean {
  return wall.link().state === "live" && (id === undefined || wall.incidents().has(id));
}

/** Asks for incidents when the live scene tells of them, and for what it does not carry again and again. */
export function createTable(wall: Wall, command: Command, own: Own): TableState {
  const [list, setList] = createSignal<readonly IncidentRow[]>([]);
  const [plans, setPlans] = createSignal<readonly Plan[]>([]);
  const [whole, setWhole] = createSignal<Incident>();
  const [chosen, choose] = createSignal<string>();
  const [said, tell] = createSignal<string>();
  const [askedMs, setAsked] = createSignal<number>();
  const [away, setAway] = createSignal(false);
  const [units, setUnits] = createSignal<readonly Unit[]>([]);
  const [advice, setAdvice] = createSignal<Advice>();
  const [proposals, setProposals] = createSignal<readonly Proposal[]>([]);
  const [estimates, setEstimates] = createSignal<ReadonlyMap<string, Estimate>>(new Map());
  const [isolations, setIsolations] = createSignal<ReadonlyMap<string, number | undefined>>(new Map());
  const shown = createMemo(() => (whole()?.id === chosen() ? whole() : undefined));
  const estimate = () => estimates().get(chosen() ?? "");
  const contours = () =>
    estimate() === undefined ? (wall.incidents().get(chosen() ?? "")?.plume?.contours ?? []) : [];
  const may = (right: string) => own.session()?.acts.includes(right) ?? false;

  const askIncidents = async () => {
    const rows = await command.incidents();
    setAway(rows === undefined);
    if (rows === undefined) return;
    setAsked(wall.now());
    setList(rows);
    const id = chosen() ?? rows.find(({ ended }) => ended === null)?.id;
    if (id === undefined) return;
    if (chosen() === undefined) choose(id);
    const all = await command.incident(id);
    if (all !== undefined && chosen() === id) setWhole(all);
  };
  const askForces = async () => {
    const { forces } = command;
    const id = chosen();
    const place = placeOf(shown());
    const [known, proposed, advised] = await Promise.all([
      may("units") ? forces.units() : undefined,
      forces.proposals(),
      place === undefined || !may("units") ? undefined : forces.recommend(place, estimate()?.plume.cells ?? []),
    ]);
    if (known !== undefined) setUnits(known);
    if (proposed !== undefined) setProposals(proposed);
    if (chosen() === id) setAdvice(advised);
  };
  const refresh = async () => {
    await askIncidents();
    await askForces();
  };
  const telling = coalesced(askIncidents, GAP_MS);
  onCleanup(telling.stop);
  // What happens to an incident and to its tasks is in the scene at once; the acts that it does not name are behind the API.
  createEffect(on([wall.incidents, () => wall.link().state], telling.ask));
  createEffect(
    on(
      chosen,
      () => {
        setAdvice(undefined);
        void refresh();
      },
      { defer: true },
    ),
  );
  onMount(() => {
    void askForces();
    void command.plans().then((known) => setPlans(known ?? []));
    const timer = setInterval(() => {
      void (isTold(wall, chosen()) ? askForces() : refresh());
    }, ASK_MS);
    onCleanup(() => clearInterval(timer));
  });

  const came = async (sent: Promise<Acted>): Promise<boolean> => {
    const result = await sent;
    if (result.outcome === "done") {
      tell(undefined);
      choose(result.incident.id);
    } else tell(result.outcome === "refused" ? result.why : t().serverAway);
    await askIncidents();
    return result.outcome === "done";
  };
  const hand: Hand = {
    act: async (kind, act) => {
      const known = whole();
      if (known === undefined) return false;
      return came(command.act(kind, known.id, { key: newKey(), seen: known.version, act }));
    },
    step: (task, version, step, note, more = {}) => {
      const ordered = step === "verify" || step === "send_back" || step === "close" || step === "reassign";
      const kind = ordered ? "orders" : "steps";
      return came(command.step(kind, task, { key: newKey(), seen: version, step, note, ...more }));
    },
    open: (body) => came(command.open({ key: newKey(), ...body })),
    tell,
    person: () => own.session()?.name,
    may,
  };
  return {
    list,
    plans,
    shown,
    chosen,
    choose,
    units,
    advice,
    proposals,
    estimate,
    contours,
    isolation: () => isolations().get(chosen() ?? ""),
    isolate: (metres) => setIsolations(new Map(isolations()).set(chosen() ?? "", metres)),
    reckon: async (leak) => {
      const id = chosen();
      const plume = await command.forces.plume(leak);
      if (plume === undefined || id === undefined) return false;
      setEstimates(new Map(estimates()).set(id, { atMs: wall.now(), leak, plume }));
      await askForces();
      return true;
    },
    said,
    awayMs: () => (away() ? (askedMs() ?? wall.now()) : undefined),
    refresh,
    hand,
  };
}
