import type { Standing } from './grammar.ts';
import type { Figures, Objective } from './measure.ts';
import type { Request, Selection } from './request.ts';

/** Factor on all time bounds, because other programs slow the measurement down by up to half. */
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

/** Additional calls that a bulk mutation may make for its 1,000 pairs. */
const bulkCalls = 8_000;
/** How long a query for members of images of members may block the event loop. */
const nestedMs = 250 * slack;

/** What a request may cost; `schemaBytes` is the additional size allowed for introspection. */
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

/** For each objective, the share of its bound that a request uses; above 1, it exceeds the bound. */
export function toRatios(figures: Figures, allowed: Figures): [Objective, number][] {
  const objectives = (Object.keys(allowed) as Objective[]).filter((key) => Number.isFinite(allowed[key]));
  // Adding 1 keeps requests comparable if the bound is 0.
  return objectives.map((key) => [key, (figures[key] + 1) / (allowed[key] + 1)]);
}
