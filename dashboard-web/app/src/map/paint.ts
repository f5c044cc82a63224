import { CIRCLE_RADIUS, corners, LEVEL_COLOURS, NUMBER_PLACE, numberSize, numberSqueeze, toLevel } from "../ui/signs";
import { type AlarmMark, type Drawing, RING_RADIUS, SIGN_RADIUS, type TextMark, type ThingMark } from "./drawing";

/** The font of the wall, for canvas. */
export const FAMILY = '"Noto Sans SC Variable", "Noto Sans CJK SC", sans-serif';
const GROUND = "#17191b";
const SIGN_PX = 40;

/** How each kind of text looks. */
const TEXTS: Readonly<Record<TextMark["kind"], { font: string; colour: string; halo: number }>> = {
  alarm: { font: `600 20px ${FAMILY}`, colour: "#eceeef", halo: 5 },
  county: { font: `500 26px ${FAMILY}`, colour: "#c3c8cc", halo: 6 },
  river: { font: `400 18px ${FAMILY}`, colour: "#97a3ad", halo: 4 },
  neighbour: { font: `400 18px ${FAMILY}`, colour: "#8b9197", halo: 3 },
};

/** Every font that a map uses: to be loaded before it is drawn. */
export const FONTS: readonly string[] = [...Object.values(TEXTS).map(({ font }) => font), `700 18px ${FAMILY}`];

/** Width of a text on the map. */
export function measured(context: CanvasRenderingContext2D, text: string, kind: TextMark["kind"]): number {
  context.font = TEXTS[kind].font;
  return Math.ceil(context.measureText(text).width) + TEXTS[kind].halo;
}

/** Draws the live part of a map. */
export function paint(context: CanvasRenderingContext2D, drawing: Drawing): void {
  for (const { course, level } of drawing.reaches) {
    context.beginPath();
    for (const [x, y] of course) context.lineTo(x, y);
    context.lineJoin = "round";
    context.lineCap = "round";
    context.strokeStyle = LEVEL_COLOURS[toLevel(level) - 1] ?? LEVEL_COLOURS[0];
    context.lineWidth = 6;
    context.stroke();
  }
  for (const thing of drawing.things) paintThing(context, thing);
  if (drawing.line !== undefined) {
    const [from, to] = drawing.line;
    context.beginPath();
    context.moveTo(from[0], from[1]);
    context.lineTo(to[0], to[1]);
    context.strokeStyle = "#c9cdd1";
    context.lineWidth = 1.5;
    context.stroke();
  }
  for (const text of drawing.texts) if (text.kind !== "alarm") paintText(context, text);
  for (const alarm of drawing.alarms) paintLeader(context, alarm);
  for (const alarm of drawing.alarms) paintAlarm(context, alarm);
  for (const text of drawing.texts) if (text.kind === "alarm") paintText(context, text);
}

function paintThing(context: CanvasRenderingContext2D, { shape, at: [x, y], silent, behind, angle }: ThingMark): void {
  context.lineWidth = 2;
  context.strokeStyle = silent || behind ? "#666c72" : "#aeb3b8";
  context.fillStyle = "#aeb3b8";
  if (shape === "arrow") {
    context.save();
    context.translate(x, y);
    context.rotate(angle ?? 0);
    context.beginPath();
    context.moveTo(0, 18);
    context.lineTo(0, -8);
    context.stroke();
    context.beginPath();
    context.moveTo(0, -18);
    context.lineTo(6.5, -3);
    context.lineTo(-6.5, -3);
    context.closePath();
    context.fill();
    context.restore();
    return;
  }
  context.beginPath();
  if (shape === "square") context.rect(x - 3.5, y - 3.5, 7, 7);
  else if (shape === "drop") {
    context.moveTo(x, y + 6);
    context.lineTo(x - 6, y - 4.5);
    context.lineTo(x + 6, y - 4.5);
    context.closePath();
  } else context.arc(x, y, shape === "dot" ? 3 : 4.5, 0, 2 * Math.PI);
  if (shape !== "circle" && !silent && !behind) context.fill();
  else {
    context.fillStyle = GROUND;
    context.fill();
    context.stroke();
  }
  if (!behind) return;
  context.beginPath();
  context.moveTo(x - 7, y + 7);
  context.lineTo(x + 7, y - 7);
  context.stroke();
}

function paintLeader(context: CanvasRenderingContext2D, { at, true: place }: AlarmMark): void {
  if (Math.hypot(at[0] - place[0], at[1] - place[1]) < SIGN_RADIUS / 2) return;
  context.beginPath();
  context.moveTo(at[0], at[1]);
  context.lineTo(place[0], place[1]);
  context.strokeStyle = GROUND;
  context.lineWidth = 4;
  context.stroke();
  context.strokeStyle = "#c9cdd1";
  context.lineWidth = 1.5;
  context.stroke();
  context.beginPath();
  context.arc(place[0], place[1], 4, 0, 2 * Math.PI);
  context.fillStyle = "#eceeef";
  context.fill();
}

function disc(context: CanvasRenderingContext2D, x: number, y: number, radius: number): void {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
}

function paintAlarm(context: CanvasRenderingContext2D, { alarm, waits, at: [x, y] }: AlarmMark): void {
  const level = toLevel(alarm.level);
  const hollow = alarm.ended_ms !== null;
  disc(context, x, y, SIGN_RADIUS);
  context.fillStyle = GROUND;
  context.fill();
  if (waits) {
    disc(context, x, y, RING_RADIUS - 1.5);
    context.strokeStyle = GROUND;
    context.lineWidth = 6;
    context.stroke();
    context.strokeStyle = "#fff";
    context.lineWidth = 3;
    context.stroke();
  }
  context.save();
  context.translate(x - SIGN_PX / 2, y - SIGN_PX / 2);
  context.beginPath();
  const inset = hollow ? 1.5 : 0;
  if (level === 4) context.arc(SIGN_PX / 2, SIGN_PX / 2, SIGN_PX * CIRCLE_RADIUS - inset, 0, 2 * Math.PI);
  for (const [cornerX, cornerY] of corners(level, SIGN_PX, inset)) context.lineTo(cornerX, cornerY);
  context.closePath();
  const colour = LEVEL_COLOURS[level - 1] ?? LEVEL_COLOURS[0];
  if (hollow) {
    context.strokeStyle = colour;
    context.lineWidth = 3;
    context.stroke();
  } else {
    context.fillStyle = colour;
    context.fill();
  }
  const text = String(alarm.number);
  context.translate(SIGN_PX / 2, SIGN_PX * NUMBER_PLACE[level].y);
  context.scale(numberSqueeze(level, SIGN_PX, text), 1);
  context.font = `700 ${numberSize(SIGN_PX)}px ${FAMILY}`;
  context.textAlign = "center";
  context.textBaseline = "alphabetic";
  context.fillStyle = hollow ? "#eceeef" : "#111";
  context.fillText(text, 0, numberSize(SIGN_PX) * 0.36);
  context.restore();
}

function paintText(context: CanvasRenderingContext2D, { text, kind, at, angle }: TextMark): void {
  const { font, colour, halo } = TEXTS[kind];
  context.save();
  context.translate(at[0], at[1]);
  context.rotate(angle);
  context.font = font;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineJoin = "round";
  context.lineWidth = halo;
  context.strokeStyle = "rgba(23, 25, 27, 0.88)";
  context.strokeText(text, 0, 1);
  context.fillStyle = colour;
  context.fillText(text, 0, 1);
  context.restore();
}
