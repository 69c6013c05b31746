/** Asks a running agent what it does. */
import type { AgentStatus } from "../http/index.ts";
import type { Reply } from "../net/http.ts";
import type { HttpAddress } from "./options.ts";
import type { System } from "./system.ts";

function placeOf({ host, port }: HttpAddress): string {
  return `${host.includes(":") ? `[${host}]` : host || "127.0.0.1"}:${port}`;
}

async function ask(address: HttpAddress, path: string, system: System): Promise<Reply> {
  return system.get({ ...address, path }).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`no agent answers at ${placeOf(address)}: ${why}; start one, or name its address with --http`, {
      cause: error,
    });
  });
}

/** With `service` ("namespace/name"): of that one alone. Rejects with a sentence that says what to do. */
export async function askStatus(address: HttpAddress, system: System, service?: string): Promise<AgentStatus> {
  const path = service === undefined ? "/status" : `/status?service=${encodeURIComponent(service)}`;
  const { status, body } = await ask(address, path, system);
  const answer = status === 200 ? asStatus(body) : undefined;
  if (answer !== undefined) return answer;
  const where = placeOf(address);
  throw new Error(`what answers at ${where} is no Herald agent (status ${status}); name its address with --http`);
}

/** The value at a path; rejects with the agent's own words where it has none. */
export async function askJson(address: HttpAddress, path: string, system: System): Promise<unknown> {
  const { status, body } = await ask(address, path, system);
  if (status !== 200) throw new Error(body.trim());
  return JSON.parse(body);
}

function asStatus(body: string): AgentStatus | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return isStatus(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Enough to tell an agent from something else: agent and command are of one version. */
function isStatus(value: unknown): value is AgentStatus {
  if (typeof value !== "object" || value === null) return false;
  return ["roles", "peers", "services", "routes", "problems"].every((field) =>
    Array.isArray(Reflect.get(value, field)),
  );
}
