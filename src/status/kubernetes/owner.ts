/** Who takes an object with it when it goes. */

/** A Node as the owner: the cluster's garbage collector then removes what a speaker wrote with the Node that it was on. */
export function ownedByNode(
  node: string | undefined,
  uidOfNode: (node: string) => string | undefined,
): { readonly ownerReferences?: readonly object[] } {
  const uid = node === undefined ? undefined : uidOfNode(node);
  return uid === undefined ? {} : { ownerReferences: [{ apiVersion: "v1", kind: "Node", name: node, uid }] };
}
