/**
 * `make demo`: three nodes, two routers and a client on this machine; Herald announces Services, the routers say what they
 * learned, the client is served. Ends with 1 when anything expected was not seen. KEEP=1 leaves it running; `demo.ts down` ends that.
 */
import { basename, join } from "node:path";
import { Lab, takeDown } from "../lab/index.ts";
import { asRoot } from "../lab/as-root.ts";
import { Cluster, NODES } from "./cluster.ts";
import { announce, breakManifest, failNode, leave, serve, withdraw } from "./steps.ts";
import { speaks } from "./speaks.ts";
import { lookAround } from "./look-around.ts";
import { Story } from "./story.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const TOPOLOGY = join(ROOT, "deploy", "clab", "demo.clab.yml");
const SAMPLES = join(ROOT, "config", "samples", "demo");
const NAME = "herald-demo";

async function demo(keep: boolean): Promise<number> {
  const story = new Story((text) => process.stdout.write(text));
  const began = performance.now();
  story.chapter("Two routers, three nodes, a client: network namespaces on this machine");
  const lab = await Lab.up(TOPOLOGY, { tell: (sentence) => story.say(sentence) });
  try {
    story.say(
      "tor1 and tor2 run FRR (AS 64501); n1, n2 and n3 are nodes (AS 64500); the client is behind the routers.",
      `Built from deploy/clab/${basename(TOPOLOGY)} in ${seconds(performance.now() - began)}. Nothing leaves this machine.`,
    );
    const said = await speaks(
      process.env["BACKEND"] || "native",
      NODES.map((name) => lab.node(name)),
      (sentence) => story.say(sentence),
    );
    story.say(`${said.what}.`);
    const cluster = new Cluster(lab, SAMPLES, (node) => said.options(node));
    const scene = { lab, cluster, story };
    const services = await announce(scene);
    await serve(scene, services);
    await withdraw(scene, services);
    // Without BFD a crash is noticed by the hold time alone: more than a demo may last.
    if (said.bfd) await failNode(scene, services);
    await breakManifest(scene, services);
    if (keep && story.missed.length === 0) {
      lookAround(scene);
      lab.keep();
    } else {
      await leave(scene);
    }
  } finally {
    if (!keep || story.missed.length > 0) await lab.down();
  }
  const { missed } = story;
  process.stdout.write(`\n${missed.length === 0 ? "All of it was seen" : `NOT SEEN: ${missed.join("; ")}`}`);
  process.stdout.write(`, in ${seconds(performance.now() - began)}.\n`);
  return missed.length === 0 ? 0 : 1;
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

function down(): number {
  const ended = takeDown(NAME);
  process.stdout.write(ended === 0 ? "No demo was left running.\n" : "The demo is down; nothing of it is left.\n");
  return 0;
}

const args = process.argv.slice(2);
const asked = asRoot("demo", import.meta.filename, args);
try {
  process.exitCode = asked ?? (args[0] === "down" ? down() : await demo((process.env["KEEP"] ?? "") !== ""));
} catch (error) {
  process.stderr.write(`\nThe demo could not go on: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
