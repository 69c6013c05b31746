/** A backend in memory: the contract with what each router would see, and faults on request. For tests. */
export { FakeBackend } from "./fake.ts";
export type { FakeCall, FakeOptions } from "./fake.ts";
export type { SeenMessage } from "./router.ts";
