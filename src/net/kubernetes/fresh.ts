/** Credentials that stand in files which others replace: read again after a while, and when they are refused. */
import type { Clock } from "../clock.ts";
import type { Credentials } from "./http-client.ts";
import type { Access } from "./transport.ts";

/** Milliseconds for which files are not read again; tokens are replaced long before they expire. */
const FRESH_MS = 10_000;

/** Reads at once; throws what `read` throws. */
export function freshAccess(read: () => Access, clock: Clock): Pick<Credentials, "current" | "renew"> {
  let access = read();
  let staleAt = clock.now() + FRESH_MS;
  const renew = async (): Promise<void> => {
    access = read();
    staleAt = clock.now() + FRESH_MS;
  };
  return {
    current: async () => {
      if (clock.now() >= staleAt) await renew();
      return access;
    },
    renew,
  };
}
