/**
 * Whoever has just become the leader may see less than its predecessor wrote: a watch can lag, or be dead without a word. So all
 * addresses that Services have are read once from the server itself, and nothing is decided before the source shows them.
 */
import type { Logger } from "../../log/index.ts";
import { sameAddress } from "../../model/address.ts";
import type { ServiceView } from "../../model/service.ts";
import type { Timers } from "../../net/clock.ts";
import type { ApiClient } from "../../net/kubernetes/client.ts";
import { textAt } from "./answer.ts";
import { pages } from "./list.ts";

export interface CatchUpOptions {
  readonly client: ApiClient;
  readonly clock: Timers;
  readonly log: Logger;
  /** Whether the source has told everything once. */
  readonly synced: () => boolean;
  /** A Service as the source shows it now. */
  readonly view: (service: string) => ServiceView | undefined;
  /** What the source would show of an object of the API server. */
  readonly decode: (value: unknown) => ServiceView | undefined;
  /** It no longer matters. */
  readonly over: () => boolean;
}

/** Milliseconds between two looks. */
const AGAIN = 500;
const SERVICES = "/api/v1/services";
/** Servers before 1.31 know no such selector: they are asked for all. */
const SELECTION = { fieldSelector: "spec.type=LoadBalancer" };

/** Resolves when the source shows every address that the server had, or when it is over. Tries again by itself. */
export async function caughtUp(options: CatchUpOptions): Promise<void> {
  const { clock, log, over } = options;
  let told = false;
  let query: Readonly<Record<string, string>> = SELECTION;
  while (!over()) {
    try {
      if (options.synced()) {
        const behind = await firstBehind(options, query);
        if (behind === undefined) return;
        if (!told) log.info("waiting to see what the former leader wrote", { service: behind });
        told = true;
      }
    } catch (error) {
      query = {};
      log.debug("not read; trying again", {
        what: "Service",
        error: error instanceof Error ? error.message : String(error),
        retryMilliseconds: AGAIN,
      });
    }
    await new Promise<void>((resolve) => {
      clock.setTimer(AGAIN, resolve);
    });
  }
}

/** A Service with an address that the source does not show. */
async function firstBehind(
  { client, view, decode }: CatchUpOptions,
  query: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  for await (const page of pages(client, SERVICES, query)) {
    for (const item of page) {
      if (textAt(item, "status", "loadBalancer", "ingress", 0, "ip") === undefined) continue;
      const fresh = decode(item);
      const shown = fresh && view(fresh.key);
      // One that came or went since has no address of the former leader's that the source could still miss.
      if (fresh === undefined || shown === undefined) continue;
      const same = fresh.ingress.every((one) => shown.ingress.some((other) => sameAddress(one, other)));
      if (!same) return fresh.key;
    }
  }
  return undefined;
}
