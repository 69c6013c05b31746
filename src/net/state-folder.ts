/** Where things are in a state folder, and names that are safe as file names. */

function escape(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
}

/**
 * A name as one path component. Names of Kubernetes pass unchanged; any other character, and a leading dot, becomes
 * "%" and two hexadecimal digits for each byte of its UTF-8, so that no name leads out of its folder or hides a file.
 */
export function pathComponent(name: string): string {
  const safe = name.replaceAll(/[^A-Za-z0-9._-]/gu, escape).replace(/^\./, escape);
  return safe === "" ? "%" : safe;
}

/** The inverse of `pathComponent`; undefined for what it never gives. */
export function nameOfComponent(component: string): string | undefined {
  if (component === "%") return "";
  try {
    const name = decodeURIComponent(component);
    return pathComponent(name) === component ? name : undefined;
  } catch {
    return undefined;
  }
}

/** The folder of the Services' states. */
export const SERVICES = "services";

/** From "namespace/name" to the path within `SERVICES`. */
export function servicePath(service: string): string {
  const [namespace = "", name = ""] = service.split("/");
  return `${pathComponent(namespace)}/${pathComponent(name)}.yaml`;
}

/** From a path within `SERVICES` to "namespace/name"; undefined for a file that is not a Service's. */
export function serviceOfPath(path: string): string | undefined {
  const match = /^([^/]+)\/([^/]+)\.yaml$/.exec(path);
  const namespace = nameOfComponent(match?.[1] ?? "%zz");
  const name = nameOfComponent(match?.[2] ?? "%zz");
  return namespace === undefined || name === undefined ? undefined : `${namespace}/${name}`;
}
