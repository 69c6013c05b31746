/** The backend on a bgpd and a bfdd in memory. */
import type { Test } from "tap";
import type { Backend, BackendEvent } from "../../../../src/backend/backend.ts";
import { frrBackend } from "../../../../src/backend/frr/index.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { ModelBfdd } from "../../../support/model-bfdd.ts";
import { ModelFrr } from "../../../support/model-frr.ts";
import { steps, type Steps } from "../daemon/steps.ts";

/** What bgpd says of 192.0.2.254. */
export function neighbor(fields: Record<string, unknown>, sent: readonly [number, number] = [0, 0]): string {
  const [v4, v6] = sent;
  return JSON.stringify({
    "192.0.2.254": {
      bgpState: "Established",
      bgpTimerUpEstablishedEpoch: 1_700_000_000,
      connectionsEstablished: 1,
      neighborCapabilities: { multiprotocolExtensions: { ipv4Unicast: { advertisedAndReceived: true } } },
      addressFamilyInfo: { ipv4Unicast: { sentPrefixCounter: v4 }, ipv6Unicast: { sentPrefixCounter: v6 } },
      ...fields,
    },
  });
}

interface Setup extends Steps {
  readonly backend: Backend;
  readonly model: ModelFrr;
  readonly bfdd: ModelBfdd;
  readonly clock: FakeClock;
  readonly events: BackendEvent[];
  /** The connection ends by itself. */
  readonly lose: () => void;
}

export function setUp(t: Test): Setup {
  const model = new ModelFrr();
  const clock = new FakeClock();
  let lost: ((error: Error) => void) | undefined;
  const bfdd = new ModelBfdd();
  const backend = frrBackend({
    clock,
    bfdd: () => bfdd,
    vty: (handler) => {
      lost = handler;
      return model;
    },
  });
  const events: BackendEvent[] = [];
  backend.subscribe((event) => events.push(event));
  t.teardown(() => backend.close("keep"));
  return { backend, model, bfdd, clock, events, lose: () => lost?.(new Error("bgpd is gone")), ...steps(clock) };
}
