/** What Prometheus scrapes. */
export { createExposition } from "./exposition.ts";
export type { Scrape } from "./exposition.ts";
