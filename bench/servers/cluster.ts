/**
 * The gateway on several cores, with nothing but Node: one process for each, all behind one port. The primary process
 * gives the workers new connections in turn. `PROCESSES` tells how many there are.
 */
import cluster from 'node:cluster';
import { fileURLToPath } from 'node:url';

cluster.setupPrimary({ exec: fileURLToPath(new URL('../../src/main.ts', import.meta.url)) });
const processes = Number(process.env['PROCESSES'] ?? 2);
for (let number = 0; number < processes; number++) cluster.fork();
process.on('SIGTERM', () => {
  for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill('SIGTERM');
});
