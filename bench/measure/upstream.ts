import { type Server, start } from './process.ts';

/** What the stub upstream holds, and how long it takes to answer. */
export interface World {
  readonly images?: number;
  readonly members?: number;
  readonly delayMs?: number;
}

/** The stub upstream, running. */
export interface Upstream extends Server {
  /** How many calls it has received since this was last asked. */
  takeCalls(): Promise<number>;
  change(world: World): Promise<void>;
}

/** Starts the stub upstream. */
export async function startUpstream(world: World = {}): Promise<Upstream> {
  const server = await start({ script: 'bench/servers/upstream.ts' });
  const change = async (changed: World): Promise<void> => {
    const parameters = Object.entries(changed).map(([key, value]) => [key, String(value)] as const);
    const search = new URLSearchParams(Object.fromEntries(parameters));
    await fetch(new URL(`/world?${search}`, server.url));
  };
  await change(world);
  return {
    ...server,
    change,
    async takeCalls() {
      const answer = await fetch(new URL('/calls', server.url));
      return Number(await answer.text());
    },
  };
}
