/** The compliance suite on a gobgpd, for the end-to-end tests: `node on-gobgp.ts ADDRESS` in a router's namespace. */
import t from "tap";
import { gobgpBackend } from "../../../src/backend/gobgp/index.ts";
import { systemClock } from "../../../src/net/clock.ts";
import { GrpcClient } from "../../../src/net/grpc.ts";
import { complies } from "./compliance.ts";
import { daemonStand } from "./daemon-stand.ts";

const [address = ""] = process.argv.slice(2);
t.setTimeout(600_000);
complies("gobgp", () =>
  daemonStand({
    make: () => gobgpBackend({ rpc: new GrpcClient({ address }), clock: systemClock }),
    dials: true,
    shyEndOfRib: true,
  }),
);
