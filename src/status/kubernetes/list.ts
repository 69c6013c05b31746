/** Objects of metallb.io that agents wrote, as they are. */
import type { ApiClient } from "../../net/kubernetes/client.ts";
import { at, textAt } from "./answer.ts";
import { metallbPath, unlessGone } from "./requests.ts";

/** Objects asked for at a time. */
const PAGE = "500";

/** Page by page; none where the kind is not defined. */
export async function* statusPages(
  client: ApiClient,
  namespace: string,
  plural: string,
  query: Readonly<Record<string, string>> = {},
): AsyncGenerator<readonly unknown[]> {
  let from: string | undefined;
  do {
    const more: Record<string, string> = from === undefined ? {} : { continue: from };
    const path = metallbPath(namespace, plural);
    const page = await unlessGone(client.request({ method: "GET", path, query: { ...query, limit: PAGE, ...more } }));
    const items = at(page, "items");
    if (Array.isArray(items)) yield items;
    from = textAt(page, "metadata", "continue");
  } while (from !== undefined && from !== "");
}

export async function listStatuses(client: ApiClient, namespace: string, plural: string): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const page of statusPages(client, namespace, plural)) all.push(...page);
  return all;
}
