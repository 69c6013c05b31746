/** Manifests of a pool that is announced to one peer on the loopback. */
export function onePeer(name: string, port: number): string {
  return `apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: {name: pool, namespace: metallb-system}
spec: {addresses: [198.51.100.0/24]}
---
apiVersion: metallb.io/v1beta2
kind: BGPPeer
metadata: {name: ${name}, namespace: metallb-system}
spec: {myASN: 64500, peerASN: 64501, peerAddress: 127.0.0.1, peerPort: ${port}}
---
apiVersion: metallb.io/v1beta1
kind: BGPAdvertisement
metadata: {name: all, namespace: metallb-system}
`;
}
