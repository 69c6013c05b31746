/** A folder of manifests, with one for what an API server would hold. */
import { existsSync } from "node:fs";
import type { Logger } from "../log/index.ts";
import type { Clock } from "../net/clock.ts";
import { directorySource } from "../source/directory/index.ts";
import { acquireLease, folderSinks } from "../status/index.ts";
import { UsageError } from "./system.ts";
import type { Place } from "./system.ts";

interface FolderOptions {
  readonly config: string;
  readonly state: string;
  /** Unique to this process. */
  readonly holder: string;
  readonly clock: Clock;
  readonly log: Logger;
}

export function folderPlace({ config, state, holder, clock, log }: FolderOptions): Place {
  if (!existsSync(config)) throw new UsageError(`${config} is not there; name a folder or file of manifests`);
  return {
    name: config,
    source: (stateLost) => directorySource({ config, clock, state, stateLost }),
    sinks: folderSinks({ folder: state, clock, log }),
    lease({ lead, lost }) {
      const lease = acquireLease({ folder: state, holder, clock, log, lost });
      void lease.held.then(lead);
      return lease;
    },
    close: () => undefined,
  };
}
