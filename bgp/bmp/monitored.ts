/** A speaker whose sessions a monitoring station watches. */
import { Speaker } from "../speaker/speaker.ts";
import type { SpeakerOptions } from "../speaker/speaker.ts";
import type { CloseOptions, PeerConfig, RangeConfig, Route, RouteChange } from "../speaker/types.ts";
import type { Clock, Timer } from "../ports.ts";
import { BmpExporter } from "./exporter.ts";
import type { BmpOptions } from "./exporter.ts";

export type BmpStation = Pick<BmpOptions, "address" | "port" | "description" | "name" | "mostBuffered">;

export class MonitoredSpeaker extends Speaker {
  readonly #exporter: BmpExporter;
  readonly #clock: Clock;
  /** All lists are looked at anew, once for all that changes in this turn. */
  #comparing: Timer | undefined;

  constructor(options: SpeakerOptions, station: BmpStation) {
    // A speaker tells nothing while it is made.
    const told: { exporter?: BmpExporter } = {};
    super({
      ...options,
      watch: (...message) => {
        told.exporter?.watch(...message);
        options.watch?.(...message);
      },
      onEvent: (event) => {
        told.exporter?.hear(event);
        options.onEvent(event);
      },
    });
    this.#exporter = new BmpExporter({ ...station, host: options.host, speaker: this });
    this.#clock = options.host.clock;
    told.exporter = this.#exporter;
    this.#exporter.start();
  }

  override setPeers(configs: readonly PeerConfig[], ranges: readonly RangeConfig[] = []): void {
    super.setPeers(configs, ranges);
    this.#exporter.locRib.identify(configs[0] ?? ranges[0]);
    this.#compareLater();
  }

  override addPeer(config: PeerConfig): void {
    super.addPeer(config);
    this.#exporter.locRib.identify(config);
  }

  override removePeer(name: string): void {
    super.removePeer(name);
    this.#compareLater();
  }

  override setRoutes(name: string, routes: readonly Route[]): void {
    super.setRoutes(name, routes);
    this.#compareLater();
  }

  override updateRoutes(name: string, change: RouteChange): void {
    super.updateRoutes(name, change);
    if (this.#comparing !== undefined) return;
    this.#exporter.locRib.changed([...change.withdraw, ...change.set.map(({ prefix }) => prefix)]);
  }

  override async close(options: CloseOptions): Promise<void> {
    await super.close(options);
    this.#comparing?.cancel();
    this.#exporter.close();
  }

  #compareLater(): void {
    this.#comparing ??= this.#clock.setTimer(0, () => {
      this.#comparing = undefined;
      this.#exporter.locRib.compare();
    });
  }
}
