/**
 * Creates many objects faster than kubectl does: a JSON list of objects comes on stdin, each goes to the path PATH.
 * Usage: create.ts URL PATH, with the token in KUBE_TOKEN and the certificates in NODE_EXTRA_CA_CERTS.
 */
import { text } from "node:stream/consumers";
import { KubeClient } from "./client.ts";

const IN_FLIGHT = 16;
const [url = "", path = ""] = process.argv.slice(2);
const client = new KubeClient(url, process.env["KUBE_TOKEN"] ?? "");
const objects = JSON.parse(await text(process.stdin)) as readonly unknown[];
let next = 0;
async function worker(): Promise<void> {
  for (let index = next++; index < objects.length; index = next++) await client.request("POST", path, objects[index]);
}
await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
