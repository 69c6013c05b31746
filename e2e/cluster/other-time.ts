/**
 * A clock that can be wrong: with `--import` of this file a process reads its wall clock's error, in milliseconds, from the
 * file HERALD_CLOCK_ERROR whenever it gets SIGUSR2. Namespaces of the kernel have no wall clock of their own.
 */
import { readFileSync } from "node:fs";

const right = Date.now.bind(Date);
let error = 0;
Date.now = () => right() + error;
process.on("SIGUSR2", () => (error = Number(readFileSync(process.env["HERALD_CLOCK_ERROR"] ?? "", "utf8"))));
