import { Callers, toAsk } from './measure/load.ts';
import { start } from './measure/process.ts';
import { toTable, withSpread } from './measure/statistics.ts';
import { startUpstream } from './measure/upstream.ts';
import type { Report } from './report.ts';
import { findParticipant, toStartOptions } from './servers.ts';
import { workloads } from './workloads.ts';

const rounds = 5;

/** What it takes from the start of a process to its first answer. */
export async function reportStart(): Promise<Report> {
  await using upstream = await startUpstream();
  const found = ['bare', 'gateway'].map((name) => ({
    ...findParticipant(name),
    cpu: [] as number[],
    wall: [] as number[],
  }));
  for (let round = 0; round < rounds; round++) {
    for (const participant of found) {
      const begin = performance.now();
      await using server = await start(toStartOptions(participant, upstream.url));
      await using caller = new Callers(server.url, 1);
      await caller.send(toAsk(server.url, workloads[0]), 0);
      participant.cpu.push(server.cpuMicroseconds() / 1000);
      participant.wall.push(performance.now() - begin);
    }
  }
  return {
    title: 'From start to first answer',
    data: found.map(({ name, cpu, wall }) => ({ server: name, cpuMs: cpu, wallMs: wall })),
    markdown: [
      `W1 as the first request of a new process, in milliseconds: median (lowest–highest) of ${rounds} starts.`,
      toTable(
        ['', 'CPU time', 'wall time'],
        found.map(({ title, cpu, wall }) => [title, withSpread(cpu, 0), withSpread(wall, 0)]),
      ),
    ].join('\n\n'),
  };
}
