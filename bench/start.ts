import { type Installation, install } from './measure/installation.ts';
import { Callers, toAsk } from './measure/load.ts';
import { type StartOptions, start } from './measure/process.ts';
import { toTable, withSpread } from './measure/statistics.ts';
import { startUpstream } from './measure/upstream.ts';
import type { Report } from './report.ts';
import { findParticipant, toStartOptions } from './servers.ts';
import { workloads } from './workloads.ts';

const rounds = 7;

/** A way to start a server, and what its starts took, in milliseconds. */
interface Way {
  readonly title: string;
  readonly options: StartOptions;
  /** Called before each start. */
  readonly prepare?: () => void;
  readonly cpuToListen: number[];
  readonly cpuToAnswer: number[];
  readonly wallToAnswer: number[];
}

/** Measures starts from the sources and from the installed package, until the server listens and has answered once. */
export async function reportStart(): Promise<Report> {
  await using upstream = await startUpstream();
  using installation = await install();
  const ways = listWays(installation, upstream.url);
  // The first start of each fills what caches there are: those of Node, of the package, and of the file system.
  for (let round = -1; round < rounds; round++) {
    for (const way of ways) {
      const measured = await startOnce(way);
      if (round < 0) continue;
      way.cpuToListen.push(measured.cpuToListen);
      way.cpuToAnswer.push(measured.cpuToAnswer);
      way.wallToAnswer.push(measured.wallToAnswer);
    }
  }
  return {
    title: 'From start to first answer',
    data: ways.map(({ title, cpuToListen, cpuToAnswer, wallToAnswer }) => ({
      title,
      cpuToListenMs: cpuToListen,
      cpuToAnswerMs: cpuToAnswer,
      wallToAnswerMs: wallToAnswer,
    })),
    markdown: [
      'A new process until it listens, and until it has answered W1 as its first request, in milliseconds: median ' +
        `(lowest–highest) of ${rounds} starts. The package is what \`npm pack\` makes, installed with ` +
        '`npm install --omit=dev` and started by its command. With an empty compile cache, everything in the folder of ' +
        'the cache is deleted before each start; with a filled one, earlier starts have written it.',
      toTable(
        ['', 'CPU time until it listens', 'CPU time until the answer', 'wall time until the answer'],
        ways.map(({ title, cpuToListen, cpuToAnswer, wallToAnswer }) => [
          title,
          withSpread(cpuToListen, 0),
          withSpread(cpuToAnswer, 0),
          withSpread(wallToAnswer, 0),
        ]),
      ),
    ].join('\n\n'),
  };
}

function listWays(installation: Installation, upstream: URL): readonly Way[] {
  const bare = toStartOptions(findParticipant('bare'), upstream);
  const sources = toStartOptions(findParticipant('gateway'), upstream);
  const installed = { ...sources, script: installation.command };
  // Without NODE_COMPILE_CACHE, a package that turns the cache on by itself uses a folder below the temporary one.
  const cached = (folder: string) => ({ ...installed, env: { ...installed.env, TMPDIR: folder } });
  const byNode = {
    ...installed,
    env: { ...installed.env, NODE_COMPILE_CACHE: installation.createFolder('node-cache') },
  };
  const off = { ...installed, env: { ...installed.env, NODE_DISABLE_COMPILE_CACHE: '1' } };
  const [empty, filled] = [installation.createFolder('empty'), installation.createFolder('filled')];
  const toWay = (title: string, options: StartOptions, prepare?: () => void): Way => {
    return { title, options, ...(prepare && { prepare }), cpuToListen: [], cpuToAnswer: [], wallToAnswer: [] };
  };
  return [
    toWay('bare limit', bare),
    toWay('**this gateway**, from its sources', sources),
    toWay('installed, compile cache off', off),
    toWay('installed, its own compile cache empty', cached(empty), () => installation.clear(empty)),
    toWay('**installed**, its own compile cache filled', cached(filled)),
    toWay('installed, `NODE_COMPILE_CACHE` set and filled', byNode),
  ];
}

async function startOnce({ options, prepare }: Way) {
  prepare?.();
  const begin = performance.now();
  await using server = await start(options);
  const cpuToListen = server.cpuMicroseconds() / 1000;
  await using caller = new Callers(server.url, 1);
  await caller.send(toAsk(server.url, workloads[0]), 0);
  return { cpuToListen, cpuToAnswer: server.cpuMicroseconds() / 1000, wallToAnswer: performance.now() - begin };
}
