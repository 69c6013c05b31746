/** The demo's act about a node that is gone from one moment to the next. */
import { join } from "node:path";
import { until } from "../lab/index.ts";
import { now } from "./cluster.ts";
import type { NodeName } from "./cluster.ts";
import { ROUTERS } from "./routers.ts";
import type { Scene } from "./scene.ts";

const TRAFFIC = join(import.meta.dirname, "..", "bfd", "traffic.ts");

/** Milliseconds for what was under way to be answered or lost. */
const SETTLED = 400;

/** Cuts a node off and measures; `without` waits for the routers to be without it, `back` for them to have it again. */
export async function crash(
  { lab, cluster, story }: Scene,
  name: NodeName,
  address: string,
  without: () => Promise<unknown>,
  back: () => Promise<unknown>,
): Promise<void> {
  story.chapter(`A crash: ${name} is gone from one moment to the next`);
  story.say(
    `The routers watch the nodes with BFD, a packet each 50 ms and more; a client sends one packet each millisecond to ${address}.`,
    `Then the bridge stops to pass on what ${name} sends: no link goes down, nobody says goodbye.`,
  );
  for (const router of ROUTERS) await until(`BFD on ${router}`, () => isWatching(cluster.lab.node(router)));
  for (const node of cluster.speakers.keys()) {
    const server = lab.node(node).spawn(process.execPath, [TRAFFIC, "serve", address], { name: "echo" });
    await until("an echo server", () => server.output().includes("listening") || undefined);
  }
  const client = lab.node("client").spawn(process.execPath, [TRAFFIC, "ask", address], { name: "traffic" });
  await until("an answer", () => client.output().includes("answered") || undefined);
  const watches = await Promise.all(
    ROUTERS.map(async (router) => ({ router, routes: await lab.node(router).watchRoutes() })),
  );
  const at = now();
  await lab.node("lan").exec("ip", ["link", "set", name, "nomaster"]);
  const pattern = new RegExp(`^(?:Deleted )?${address.replaceAll(".", String.raw`\.`)} `);
  const rows: string[][] = [];
  for (const { router, routes } of watches) {
    const changed = await until(`${router} to leave ${name}`, () => routes.find(pattern, at));
    rows.push([router, `${Math.round(changed.at - at)} ms`]);
  }
  await without();
  await new Promise((resolve) => setTimeout(resolve, SETTLED));
  await client.stop();
  story.table(["after the crash", "the kernel's route changed (ip monitor)"], rows);
  const { sent, lost } = JSON.parse(client.output().trimEnd().split("\n").at(-1) ?? "") as {
    sent: number;
    lost: readonly number[];
  };
  const last = lost.length === 0 ? 0 : Math.max(...lost) - at;
  story.say(
    `Of ${sent} packets ${lost.length} were lost, the last one ${Math.round(last)} ms after the crash. By the hold time alone it had been`,
    "up to 90 seconds, and more where the routers keep routes for a restart.",
  );
  story.expect(`no router has a route by ${name}`, true);
  await lab.node("lan").exec("ip", ["link", "set", name, "master", "br0"]);
  await Promise.all(watches.map(({ routes }) => routes.stop()));
  await back();
  story.expect(`with its link ${name} is back`, true);
}

async function isWatching(router: { vtyshJson(command: string): Promise<unknown> }): Promise<true | undefined> {
  const peers = (await router.vtyshJson("show bfd peers json")) as readonly { readonly status: string }[];
  return (peers.length > 0 && peers.every(({ status }) => status === "up")) || undefined;
}
