import type { IncidentView, WarView } from "../feed/messages";
import type { Session } from "../feed/session";

/** An incident at war. */
export type AtWar = IncidentView & { readonly war: WarView };

/** The incidents at war, the one that comes first on a wall first: the server ranks them. */
export function wars(incidents: Iterable<IncidentView>): AtWar[] {
  const atWar = (incident: IncidentView): incident is AtWar => incident.war !== null;
  return [...incidents].filter(atWar).sort((a, b) => a.war.rank - b.war.rank);
}

/** Whether a screen shows this war: a wall that is named, or else whoever reaches to its area. */
export function shows({ area, war }: AtWar, session: Session | undefined): boolean {
  if (session === undefined) return false;
  if (session.device && war.walls.length > 0)
    return war.walls.includes(session.name) || war.walls.includes(session.display);
  const { areas } = session;
  return areas.length === 0 || area === null || areas.some((own) => area.startsWith(own));
}

/** The war that a screen shows: the first of those that it shows at all. */
export function shownWar(incidents: Iterable<IncidentView>, session: Session | undefined): AtWar | undefined {
  return wars(incidents).find((war) => shows(war, session));
}
