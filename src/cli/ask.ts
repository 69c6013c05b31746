/** Asks a running agent what it does. */
import type { AgentStatus } from "../http/index.ts";
import type { HttpAddress } from "./options.ts";
import type { System } from "./system.ts";

/** With `service` ("namespace/name"): of that one alone. Rejects with a sentence that says what to do. */
export async function askStatus({ host, port }: HttpAddress, system: System, service?: string): Promise<AgentStatus> {
  const where = `${host.includes(":") ? `[${host}]` : host || "127.0.0.1"}:${port}`;
  const path = service === undefined ? "/status" : `/status?service=${encodeURIComponent(service)}`;
  const { status, body } = await system.get({ host, port, path }).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`no agent answers at ${where}: ${why}; start one, or name its address with --http`, {
      cause: error,
    });
  });
  const answer = status === 200 ? asStatus(body) : undefined;
  if (answer !== undefined) return answer;
  throw new Error(`what answers at ${where} is no Herald agent (status ${status}); name its address with --http`);
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
