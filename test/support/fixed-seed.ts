/**
 * Loaded before each test file that tap runs: property tests try the same cases every time, so a run that fails fails
 * again. FC_SEED=N tries others; a test file run by node alone tries new ones each time.
 */
import { configureGlobal } from "fast-check";

configureGlobal({ seed: Number(process.env["FC_SEED"] ?? 64_500) });
