// Records the live feed of a running program for `npm run dev`: a snapshot and what followed.
// usage: node --experimental-websocket scripts/record.mjs ws://127.0.0.1:8080 SECONDS TOKEN > src/feed/recording.json
// TOKEN is a wall's; that of a demo stands in its link.
const [base, seconds, token] = process.argv.slice(2);
if (base === undefined || !(Number(seconds) > 0) || token === undefined) {
  console.error("usage: npm run record -- ws://127.0.0.1:8080 SECONDS TOKEN > src/feed/recording.json");
  process.exit(2);
}
const deltas = [];
let snapshot;
const socket = new WebSocket(`${base}/api/v1/live?scene=wall&token=${encodeURIComponent(token)}`);
socket.onmessage = ({ data }) => {
  const { type, ...message } = JSON.parse(data);
  if (type === "snapshot") {
    snapshot = message;
    deltas.length = 0;
  } else deltas.push(message);
};
socket.onerror = () => {
  console.error(`cannot listen to ${base}: is the program running, and the token a wall's?`);
  process.exit(1);
};
setTimeout(() => {
  socket.close();
  if (snapshot === undefined) {
    console.error(`${base} sent no snapshot in ${seconds} s`);
    process.exit(1);
  }
  process.stdout.write(`${JSON.stringify({ snapshot, deltas })}\n`);
}, Number(seconds) * 1_000);
