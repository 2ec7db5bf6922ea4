import { fork } from 'node:child_process';

/** Starts the supergraph in a process of its own, where the gateway's sources run as they are. */
export default async function setup() {
  const child = fork(new URL('supergraph.ts', import.meta.url));
  const { products, router } = await new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', (code) => reject(new Error(`the supergraph ended with ${code}`)));
  });
  process.env.PRODUCTS_URL = products;
  process.env.ROUTER_URL = router;
  globalThis.supergraph = child;
}
