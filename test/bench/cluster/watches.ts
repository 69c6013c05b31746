/** Plain watches, as three speakers have them, that read and forget: `node watches.ts URL`, the token in KUBE_TOKEN. */
import { request } from "node:https";

const [url = ""] = process.argv.slice(2);
const headers = { authorization: `Bearer ${process.env["KUBE_TOKEN"] ?? ""}` };
const PATHS = ["/api/v1/services", "/apis/discovery.k8s.io/v1/endpointslices"];

let open = 0;
for (const path of [...PATHS, ...PATHS, ...PATHS]) {
  request(`${url}${path}?watch=true&resourceVersion=0`, { headers, agent: false }, (response) => {
    response.resume();
    open += 1;
    if (open === PATHS.length * 3) process.stdout.write("watching\n");
  }).end();
}
