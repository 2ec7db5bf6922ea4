import type { Standing } from './grammar.ts';
import type { Figures, Objective } from './measure.ts';
import type { Request, Selection } from './request.ts';

/** How many times its bound of time a request may take here: other programs slow it down by up to half. */
const slack = 2;

const withoutToken: Figures = {
  answerBytes: 65_536,
  busyMs: 20 * slack,
  blockMs: 20 * slack,
  logBytes: 4_096,
  lineBytes: 4_096,
  calls: 0,
  memoryBytes: 32_000_000,
  defects: 0,
};

const bounds: Readonly<Record<Standing, Figures>> = {
  'without a token': withoutToken,
  'with a token that is refused': { ...withoutToken, calls: 30 },
  'with a token': {
    answerBytes: 20_000_000,
    busyMs: Number.POSITIVE_INFINITY,
    blockMs: 300 * slack,
    logBytes: Number.POSITIVE_INFINITY,
    lineBytes: 4_096,
    calls: 1_100,
    memoryBytes: 250_000_000,
    defects: 0,
  },
};

/** How many calls a bulk mutation may make for its 1,000 pairs, beside those of any operation. */
const bulkCalls = 8_000;
/** How long members of images of members may keep the event loop busy. */
const nestedMs = 250 * slack;

/** What a request may cost. `schemaBytes`: what may be told about the schema besides. */
export function boundsOf({ operation, select }: Request, standing: Standing, schemaBytes: number): Figures {
  const found = bounds[standing];
  const asksForSchema = select.some((one) => selects(one, /^(?:__schema|__type|_service)$/));
  return {
    ...found,
    answerBytes: found.answerBytes + (asksForSchema ? schemaBytes : 0),
    calls: found.calls + (operation === 'mutation' && standing === 'with a token' ? bulkCalls : 0),
    blockMs: select.some((one) => isNested(one, 0)) ? Math.min(found.blockMs, nestedMs) : found.blockMs,
  };
}

function selects({ field, select = [] }: Selection, name: RegExp): boolean {
  return name.test(field) || select.some((one) => selects(one, name));
}

function isNested({ field, select = [] }: Selection, above: number): boolean {
  const members = above + (field === 'members' ? 1 : 0);
  return members > 1 || select.some((one) => isNested(one, members));
}

/** By objective, how much of its bound a request uses; above 1: more than it may. */
export function toRatios(figures: Figures, allowed: Figures): [Objective, number][] {
  const objectives = (Object.keys(allowed) as Objective[]).filter((key) => Number.isFinite(allowed[key]));
  // So that there are better and worse ones where nothing is allowed.
  return objectives.map((key) => [key, (figures[key] + 1) / (allowed[key] + 1)]);
}
