/** A speaker whose sessions a monitoring station watches. */
import { Speaker } from "../speaker/speaker.ts";
import type { SpeakerOptions } from "../speaker/speaker.ts";
import type { CloseOptions } from "../speaker/types.ts";
import { BmpExporter } from "./exporter.ts";
import type { BmpOptions } from "./exporter.ts";

export type BmpStation = Pick<BmpOptions, "address" | "port" | "description" | "name" | "mostBuffered">;

export class MonitoredSpeaker extends Speaker {
  readonly #exporter: BmpExporter;

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
    told.exporter = this.#exporter;
    this.#exporter.start();
  }

  override async close(options: CloseOptions): Promise<void> {
    await super.close(options);
    this.#exporter.close();
  }
}
