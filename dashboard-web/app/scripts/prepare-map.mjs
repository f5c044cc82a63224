// Cuts the map of the wall out of the city's boundary and river files (GeoJSON, WGS-84) and writes it to src/map/data/.
// usage: node scripts/prepare-map.mjs FOLDER
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const folder = process.argv[2];
if (folder === undefined) {
  console.error("usage: node scripts/prepare-map.mjs FOLDER   (the folder that holds the GeoJSON files)");
  process.exit(2);
}
const read = (name) => JSON.parse(readFileSync(join(folder, name), "utf8")).features;
const out = (name, value) =>
  writeFileSync(new URL(`../src/map/data/${name}`, import.meta.url), `${JSON.stringify(value)}\n`);

/** Everything is cut to this box: what the wall can show, and a margin. */
const BOX = [117.6, 28.0, 119.8, 29.75];
/** What the wall shows: a neighbour's name stands in the middle of the part that is visible. */
const VIEW = [117.83, 28.21, 119.54, 29.53];

const round = ([lon, lat], digits) => [Number(lon.toFixed(digits)), Number(lat.toFixed(digits))];

/** Sutherland–Hodgman: a ring cut to a box. */
function clipRing(ring, [west, south, east, north]) {
  const sides = [
    { inside: (p) => p[0] >= west, cut: (a, b) => cross(a, b, 0, west) },
    { inside: (p) => p[0] <= east, cut: (a, b) => cross(a, b, 0, east) },
    { inside: (p) => p[1] >= south, cut: (a, b) => cross(a, b, 1, south) },
    { inside: (p) => p[1] <= north, cut: (a, b) => cross(a, b, 1, north) },
  ];
  let points = ring.slice(0, -1);
  for (const side of sides) {
    const next = [];
    points.forEach((point, index) => {
      const before = points[(index + points.length - 1) % points.length];
      if (side.inside(point) !== side.inside(before)) next.push(side.cut(before, point));
      if (side.inside(point)) next.push(point);
    });
    points = next;
  }
  return points.length < 3 ? [] : [...points, points[0]];
}

function cross(a, b, axis, value) {
  const share = (value - a[axis]) / (b[axis] - a[axis]);
  const other = 1 - axis;
  const at = [0, 0];
  at[axis] = value;
  at[other] = a[other] + share * (b[other] - a[other]);
  return at;
}

/** Douglas–Peucker on degrees; enough at this scale. */
function simplify(line, tolerance) {
  if (line.length < 3) return line;
  const [first, last] = [line[0], line[line.length - 1]];
  const [dx, dy] = [last[0] - first[0], last[1] - first[1]];
  const length = Math.hypot(dx, dy);
  let far = 0;
  let farthest = -1;
  for (let i = 1; i < line.length - 1; i += 1) {
    const [px, py] = [line[i][0] - first[0], line[i][1] - first[1]];
    const distance = length === 0 ? Math.hypot(px, py) : Math.abs(px * dy - py * dx) / length;
    if (distance > far) [far, farthest] = [distance, i];
  }
  if (far <= tolerance) return [first, last];
  return [
    ...simplify(line.slice(0, farthest + 1), tolerance).slice(0, -1),
    ...simplify(line.slice(farthest), tolerance),
  ];
}

function simplifyRing(ring, tolerance) {
  const half = Math.floor(ring.length / 2);
  return [...simplify(ring.slice(0, half + 1), tolerance).slice(0, -1), ...simplify(ring.slice(half), tolerance)];
}

function areaAndMiddle(ring) {
  let [area, x, y] = [0, 0, 0];
  for (let i = 0; i + 1 < ring.length; i += 1) {
    const [a, b] = [ring[i], ring[i + 1]];
    const part = a[0] * b[1] - b[0] * a[1];
    area += part;
    x += (a[0] + b[0]) * part;
    y += (a[1] + b[1]) * part;
  }
  return { area: Math.abs(area / 2), middle: [x / (3 * area), y / (3 * area)] };
}

const collection = (features) => ({ type: "FeatureCollection", features });
const feature = (properties, geometry) => ({ type: "Feature", properties, geometry });

// The counties, and the outline of the city: the edges that belong to one county only, joined to lines.
const counties = read("quzhou_counties_tianditu.geojson");
const uses = new Map();
const edgeKey = (a, b) => [a.join(), b.join()].sort().join(" ");
for (const { geometry } of counties)
  for (const ring of geometry.coordinates)
    for (let i = 0; i + 1 < ring.length; i += 1) {
      const key = edgeKey(ring[i], ring[i + 1]);
      uses.set(key, (uses.get(key) ?? 0) + 1);
    }
const outline = [];
const borders = [];
const drawn = new Set();
for (const { geometry } of counties)
  for (const ring of geometry.coordinates)
    for (let i = 0; i + 1 < ring.length; i += 1) {
      const key = edgeKey(ring[i], ring[i + 1]);
      if (drawn.has(key)) continue;
      drawn.add(key);
      const lines = uses.get(key) === 1 ? outline : borders;
      const last = lines[lines.length - 1];
      const [a, b] = [round(ring[i], 4), round(ring[i + 1], 4)];
      if (last !== undefined && last[last.length - 1].join() === a.join()) last.push(b);
      else lines.push([a, b]);
    }
out(
  "counties.json",
  collection(
    counties.map(({ properties, geometry }) =>
      feature(
        {
          code: properties.adcode,
          zh: properties.name_zh,
          en: properties.name_en,
          label: round([properties.label_lon, properties.label_lat], 3),
        },
        { type: "Polygon", coordinates: geometry.coordinates.map((ring) => ring.map((p) => round(p, 4))) },
      ),
    ),
  ),
);
out(
  "borders.json",
  collection([
    feature({ kind: "county" }, { type: "MultiLineString", coordinates: borders }),
    feature({ kind: "city" }, { type: "MultiLineString", coordinates: outline }),
  ]),
);

// The neighbours, with the English names that the source lacks.
const ENGLISH = {
  淳安县: "Chun'an",
  建德市: "Jiande",
  兰溪市: "Lanxi",
  婺城区: "Wucheng",
  遂昌县: "Suichang",
  浦城县: "Pucheng",
  广丰区: "Guangfeng",
  玉山县: "Yushan",
  德兴市: "Dexing",
  婺源县: "Wuyuan",
  休宁县: "Xiuning",
  松阳县: "Songyang",
  龙泉市: "Longquan",
  广信区: "Guangxin",
};
const neighbours = [];
for (const { properties, geometry } of read("neighbour_counties_amap_wgs84.geojson")) {
  const polygons = [];
  let best = { area: 0, middle: null };
  const parts = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
  for (const [outer] of parts) {
    const ring = clipRing(outer, BOX);
    if (ring.length < 4) continue;
    const seen = clipRing(outer, VIEW);
    if (seen.length >= 4) {
      const found = areaAndMiddle(seen);
      if (found.area > best.area) best = found;
    }
    const rounded = simplifyRing(ring, 0.005).map((p) => round(p, 3));
    if (rounded.length >= 4) polygons.push([rounded]);
  }
  if (polygons.length === 0) continue;
  const english = ENGLISH[properties.name_zh];
  const named = best.area > 0.006 && english !== undefined;
  neighbours.push(
    feature(named ? { zh: properties.name_zh, en: english, label: round(best.middle, 3) } : {}, {
      type: "MultiPolygon",
      coordinates: polygons,
    }),
  );
}
out("neighbours.json", collection(neighbours));

// The rivers; those of the city are drawn brighter.
const OWN = new Set(["衢江", "江山港", "常山港—马金溪", "乌溪江", "池淮溪"]);
const inBox = ([lon, lat]) => lon >= BOX[0] && lon <= BOX[2] && lat >= BOX[1] && lat <= BOX[3];
const rivers = [];
for (const { properties, geometry } of read("rivers_wdbii_gshhg.geojson")) {
  const lines = geometry.type === "LineString" ? [geometry.coordinates] : geometry.coordinates;
  const parts = [];
  for (const line of lines) {
    let part = [];
    for (const point of line) {
      if (inBox(point)) part.push(point);
      else if (part.length > 0) {
        parts.push(part);
        part = [];
      }
    }
    if (part.length > 1) parts.push(part);
  }
  if (parts.length === 0) continue;
  const own = OWN.has(properties.name_zh);
  const width = own ? ({ 2: 4.2, 3: 3 }[properties.level] ?? 2.2) : 1.6;
  rivers.push(
    feature(
      { own, width, ...(own ? { zh: properties.name_zh, en: properties.name_en } : {}) },
      { type: "MultiLineString", coordinates: parts.map((p) => simplify(p, 0.001).map((q) => round(q, 4))) },
    ),
  );
}
out("rivers.json", collection(rivers));
