/** Where FRR's programs are: those installed, or the packages that HERALD_FRR names, unpacked, with the libraries of their own release. */
import { join } from "node:path";

/** A command of FRR: a daemon, or vtysh. Where it is unpacked, its own loader runs it. */
export function frrProgram(
  name: string,
  root = process.env["HERALD_FRR"] ?? "",
): readonly [program: string, ...args: string[]] {
  const path = name === "vtysh" ? join("/usr/bin", name) : join("/usr/lib/frr", name);
  if (root === "") return [path];
  const libraries = join(root, "usr/lib/x86_64-linux-gnu");
  const loader = join(libraries, "ld-linux-x86-64.so.2");
  return [loader, "--library-path", `${libraries}:${join(libraries, "frr")}`, join(root, path)];
}
