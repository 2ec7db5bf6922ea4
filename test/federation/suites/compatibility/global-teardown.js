export default function teardown() {
  globalThis.supergraph.disconnect();
}
