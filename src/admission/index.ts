/** The webhook: it judges changes of the configuration, and keeps its own certificates. */
import { serveJson } from "../net/json-server.ts";
import type { JsonServer } from "../net/json-server.ts";
import type { Certified } from "../net/x509.ts";
import { Keeper } from "./keeper.ts";
import type { KeeperOptions } from "./keeper.ts";
import { review } from "./review.ts";
import type { Judge } from "./review.ts";

export interface WebhookOptions extends Omit<KeeperOptions, "changed"> {
  /** Empty: all addresses of the machine. */
  readonly host: string;
  readonly port: number;
  readonly judge: Judge;
}

/** Where the API server sends reviews. */
const PATH = "/validate";

/** Serves as soon as there are certificates, until it is closed. */
export function serveWebhook(options: WebhookOptions): { close(): Promise<void> } {
  const { host, port, log, judge } = options;
  const answer = (path: string, body: unknown): unknown => (path === PATH ? review(body, judge) : undefined);
  const failed = (path: string, error: Error): void => log.error("http request failed", { path, error: error.message });
  let server: Promise<JsonServer | undefined> | undefined;
  const start = async (certified: Certified): Promise<JsonServer | undefined> => {
    try {
      const started = await serveJson({ port, certified, answer, failed, ...(host === "" ? {} : { host }) });
      log.info("serving the webhook", { address: started.address, port: started.port });
      return started;
    } catch (error) {
      log.error("webhook not served", { error: error instanceof Error ? error.message : String(error) });
      return undefined;
    }
  };
  const keeper = new Keeper({
    ...options,
    changed: (certified) => {
      if (server === undefined) server = start(certified);
      else void server.then((started) => started?.certify(certified));
    },
  });
  return {
    async close() {
      await keeper.close();
      await (await server)?.close();
    },
  };
}
