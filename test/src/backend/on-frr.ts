/** The compliance suite on a bgpd, for the end-to-end tests: `node on-frr.ts FOLDER` in a router's namespace. */
import t from "tap";
import { frrBackend } from "../../../src/backend/frr/index.ts";
import { VtyClient, systemClock as clock } from "../../../src/net/index.ts";
import { complies } from "./compliance.ts";
import { daemonStand } from "./daemon-stand.ts";

const [folder = ""] = process.argv.slice(2);
const open = (daemon: string) => (lost: (error: Error) => void) =>
  new VtyClient({ path: `${folder}/${daemon}.vty`, timers: clock, lost });
t.setTimeout(600_000);
complies("frr", () => daemonStand({ make: () => frrBackend({ clock, vty: open("bgpd"), bfdd: open("bfdd") }) }));
