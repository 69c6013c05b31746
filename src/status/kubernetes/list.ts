/** Objects of an API server, page by page. */
import type { ApiClient } from "../../net/kubernetes/client.ts";
import { at, textAt } from "./answer.ts";
import { metallbPath, unlessGone } from "./requests.ts";

/** Objects asked for at a time. */
const PAGE = "500";

/** None where there is no such kind. */
export async function* pages(
  client: ApiClient,
  path: string,
  query: Readonly<Record<string, string>> = {},
): AsyncGenerator<readonly unknown[]> {
  let from: string | undefined;
  do {
    const more: Record<string, string> = from === undefined ? {} : { continue: from };
    const page = await unlessGone(client.request({ method: "GET", path, query: { ...query, limit: PAGE, ...more } }));
    const items = at(page, "items");
    if (Array.isArray(items)) yield items;
    from = textAt(page, "metadata", "continue");
  } while (from !== undefined && from !== "");
}

/** All objects of a kind that agents write. */
export async function listStatuses(client: ApiClient, namespace: string, plural: string): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const page of pages(client, metallbPath(namespace, plural))) all.push(...page);
  return all;
}
