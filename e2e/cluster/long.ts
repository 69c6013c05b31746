/** Whether faults last as long as they do in an operator's bad week (`make soak`), and not only as long as a change may wait for its tests. */
export const LONG = process.env["HERALD_LONG"] === "1";
