/**
 * A kubeconfig that holds nothing but files and texts: a token or a client certificate. It is read here, because what reads
 * all of them takes 95 MB and half a second (`kubeconfig.ts`).
 */
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parse } from "yaml";
import * as z from "zod";
import type { Clock } from "../clock.ts";
import type { ClusterCredentials } from "./cluster-credentials.ts";
import { freshAccess } from "./fresh.ts";
import type { Access } from "./transport.ts";

const text = z.string().min(1).optional();

/** A field that is not in it says that the file is no plain one. */
const cluster = z.strictObject({
  server: z.string(),
  "certificate-authority": text,
  "certificate-authority-data": text,
  "insecure-skip-tls-verify": z.boolean().optional(),
  "tls-server-name": text,
  extensions: z.unknown().optional(),
});
const user = z.strictObject({
  token: text,
  tokenFile: text,
  "client-certificate": text,
  "client-certificate-data": text,
  "client-key": text,
  "client-key-data": text,
});
const context = z.object({ cluster: z.string(), user: z.string(), namespace: text });
const kubeconfig = z.object({
  "current-context": z.string(),
  contexts: z.array(z.object({ name: z.string(), context })),
  clusters: z.array(z.object({ name: z.string(), cluster: z.unknown() })),
  users: z.array(z.object({ name: z.string(), user: z.unknown() })),
});

interface Plain {
  readonly cluster: z.output<typeof cluster>;
  readonly user: z.output<typeof user>;
  readonly namespace?: string;
}

/** Undefined for a file that is no plain one, or not what it should be: what reads all of them says more. */
export function plainKubeconfig(file: string, clock: Clock): ClusterCredentials | undefined {
  const plain = readPlain(file);
  if (plain === undefined) return undefined;
  const read = (): Access => accessOf(readPlain(file) ?? plain, dirname(file));
  const { namespace } = plain;
  return {
    server: plain.cluster.server,
    ...(namespace === undefined ? {} : { namespace }),
    ...freshAccess(read, clock),
  };
}

function readPlain(file: string): Plain | undefined {
  try {
    const config = kubeconfig.parse(parse(readFileSync(file, "utf8")));
    const chosen = config.contexts.find(({ name }) => name === config["current-context"])?.context;
    if (chosen === undefined) return undefined;
    const { namespace } = chosen;
    return {
      cluster: cluster.parse(config.clusters.find(({ name }) => name === chosen.cluster)?.cluster),
      user: user.parse(config.users.find(({ name }) => name === chosen.user)?.user ?? {}),
      ...(namespace === undefined ? {} : { namespace }),
    };
  } catch {
    return undefined;
  }
}

/** Of a text and a file that say the same the text counts; of two tokens the file's, as it may be newer. */
function accessOf({ cluster, user }: Plain, folder: string): Access {
  const read = (path: string | undefined): string | undefined =>
    path === undefined ? undefined : readFileSync(resolve(folder, path), "utf8");
  const pem = (name: string, data: string | undefined, path: string | undefined): Record<string, string> => {
    const found = data === undefined ? read(path) : Buffer.from(data, "base64").toString();
    return found === undefined ? {} : { [name]: found };
  };
  const token = read(user.tokenFile)?.trim() ?? user.token;
  const servername = cluster["tls-server-name"];
  return {
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    tls: {
      ...pem("ca", cluster["certificate-authority-data"], cluster["certificate-authority"]),
      ...pem("cert", user["client-certificate-data"], user["client-certificate"]),
      ...pem("key", user["client-key-data"], user["client-key"]),
      ...(servername === undefined ? {} : { servername }),
      ...(cluster["insecure-skip-tls-verify"] === true ? { rejectUnauthorized: false } : {}),
    },
  };
}
