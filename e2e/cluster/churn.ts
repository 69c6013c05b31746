/**
 * Changes EndpointSlices as fast as the API server takes it: one of NAMESPACE after the other gets another endpoint, for so many
 * seconds, 16 at a time. Ends with their number. Usage: churn.ts URL NAMESPACE SECONDS, with KUBE_TOKEN and NODE_EXTRA_CA_CERTS.
 */
import { KubeClient } from "../lab/kube/client.ts";

const IN_FLIGHT = 16;
const [url = "", namespace = "", seconds = "0"] = process.argv.slice(2);
const client = new KubeClient(url, process.env["KUBE_TOKEN"] ?? "");
const path = `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`;
const { items } = (await client.request("GET", path)) as {
  readonly items: readonly { readonly metadata: { readonly name: string } }[];
};
const end = performance.now() + Number(seconds) * 1000;
let changes = 0;

async function worker(): Promise<void> {
  while (performance.now() < end) {
    changes += 1;
    const name = items[changes % items.length]?.metadata.name ?? "";
    const endpoint = { addresses: [`10.244.9.${1 + (changes % 250)}`], nodeName: `w${1 + (changes % 3)}` };
    await client.request("PATCH", `${path}/${name}`, { endpoints: [endpoint] });
  }
}

await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
process.stdout.write(`${changes}\n`);
