/** A host whose connections lead to routers in memory that agree to everything and take all bytes at once. */
import type { Connection, ConnectionHandlers, Host, Log } from "@herald/bgp";
import { nodeHost } from "../../bgp/examples/node-host.ts";
import { KEEPALIVE, openMessage } from "./sink/routes.ts";

const SILENT: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined };

/** What all routers together were told. */
export interface Told {
  bytes: number;
}

export function memoryHost(told: Told): Host {
  return {
    ...nodeHost(SILENT),
    dialer: {
      dial(_options, handlers) {
        setImmediate(() => handlers.connected(agreeable(told)));
        return { cancel: () => undefined };
      },
    },
  };
}

function agreeable(told: Told): Connection {
  let handlers: ConnectionHandlers | undefined;
  let greeted = false;
  const close = (): void => {
    setImmediate(() => handlers?.close());
  };
  return {
    localAddress: "10.0.0.11",
    localPort: 179,
    remoteAddress: "10.0.0.1",
    remotePort: 179,
    buffered: 0,
    attach(given) {
      handlers = given;
    },
    write(chunk) {
      told.bytes += chunk.length;
      if (greeted) return true;
      greeted = true;
      setImmediate(() => {
        handlers?.data(openMessage(64501, 1, 90));
        handlers?.data(KEEPALIVE);
      });
      return true;
    },
    end: close,
    destroy: close,
  };
}
