import type { GraphQLSchema } from 'graphql';
import { SchemaBytes } from '../../../src/graphql/limits/schema-bytes.ts';
import { boundsOf, toRatios } from './bounds.ts';
import { Grammar, type Standing } from './grammar.ts';
import type { Figures, Measured, Meter, Objective } from './measure.ts';
import { mutate } from './mutate.ts';
import { Random } from './random.ts';
import { isTooLarge, type Request, type Selection } from './request.ts';

/** A known expensive request, and its name. */
export interface Seed {
  readonly name: string;
  readonly request: Request;
}

/** A request that exceeds a bound. */
export interface Finding {
  /** Objective and kind; the last finding with a key is the worst. */
  readonly key: string;
  readonly objective: Objective;
  readonly standing: Standing;
  readonly measured: Measured;
  /** Its cost divided by the bound. */
  readonly ratio: number;
  readonly request: Request;
}

interface Elite {
  readonly request: Request;
  readonly ratio: number;
  readonly kind: string;
}

/** Number of the most expensive requests to keep for each objective, all of different kinds. */
const maxElites = 8;
/** Number of measurements that confirm a finding. */
const rounds = 20;

const standings: readonly Standing[] = ['without a token', 'with a token that is refused', 'with a token'];

/**
 * A guided search for requests that exceed a bound: changes requests at random and continues with those that come closest
 * to a bound, separately for each objective and standing.
 */
export class Search {
  readonly #meter: Meter;
  readonly #grammar: Grammar;
  readonly #random: Random;
  readonly #schemaBytes: number;
  readonly #elites = new Map<Standing, Map<Objective, Elite[]>>(standings.map((standing) => [standing, new Map()]));
  readonly #spentMs = new Map<Standing, number>(standings.map((standing) => [standing, 0]));
  /** The largest ratio among the findings, by objective and kind. */
  readonly #worst = new Map<string, number>();
  #evaluations = 0;

  constructor(meter: Meter, schema: GraphQLSchema, seed: number) {
    this.#meter = meter;
    this.#random = new Random(seed);
    this.#grammar = new Grammar(schema, this.#random);
    this.#schemaBytes = new SchemaBytes(schema).max;
  }

  /** Number of measured requests. */
  get evaluations(): number {
    return this.#evaluations;
  }

  /** The request that came closest to its bound, for each standing and objective. */
  get closest(): readonly string[] {
    return [...this.#elites].flatMap(([standing, elites]) =>
      [...elites].map(([objective, [best]]) => `${standing}: ${objective} ${best?.ratio.toFixed(2)} ${best?.kind}`),
    );
  }

  /** Measures a request, and keeps it if it is among the most expensive ones. @returns the bounds that it exceeds. */
  async evaluate(request: Request): Promise<readonly Finding[]> {
    if (isTooLarge(request)) return [];
    const standing = standingOf(request);
    const allowed = boundsOf(request, standing, this.#schemaBytes);
    const kind = kindOf(request);
    const isWithin = (figures: Figures): boolean =>
      toRatios(figures, allowed).every(([objective, ratio]) => ratio <= (this.#worst.get(`${objective} ${kind}`) ?? 1));
    const start = performance.now();
    let measured = await this.#meter.measure(request);
    if (!isWithin(measured.figures)) measured = await this.#meter.measureWell(request, rounds, isWithin);
    this.#evaluations++;
    this.#spentMs.set(standing, (this.#spentMs.get(standing) ?? 0) + performance.now() - start);
    const findings: Finding[] = [];
    for (const [objective, ratio] of toRatios(measured.figures, allowed)) {
      this.#keep({ request, ratio, kind }, standing, objective);
      const key = `${objective} ${kind}`;
      if (ratio <= (this.#worst.get(key) ?? 1)) continue;
      this.#worst.set(key, ratio);
      findings.push({ key, objective, standing, measured, ratio, request });
    }
    return findings;
  }

  /** Tries one more request, with the standing on which the least time has been spent. */
  async step(): Promise<readonly Finding[]> {
    const [[standing] = ['with a token' as const]] = [...this.#spentMs].sort(([, one], [, other]) => one - other);
    return this.evaluate(this.#next(standing));
  }

  #next(standing: Standing): Request {
    const elites = this.#elites.get(standing);
    if (elites === undefined || elites.size === 0 || this.#random.oneIn(10)) return this.#grammar.request(standing);
    const { request } = this.#random.pick(elites.get(this.#random.pick([...elites.keys()])) ?? []);
    return mutate(request, standing, this.#grammar, this.#random);
  }

  #keep(elite: Elite, standing: Standing, objective: Objective): void {
    const elites = this.#elites.get(standing);
    const known = elites?.get(objective) ?? [];
    const same = known.find(({ kind }) => kind === elite.kind);
    if (same !== undefined && same.ratio >= elite.ratio) return;
    const others = known.filter((one) => one !== same);
    elites?.set(objective, [...others, elite].sort((one, other) => other.ratio - one.ratio).slice(0, maxElites));
  }
}

function standingOf({ token }: Request): Standing {
  if (token === undefined) return 'without a token';
  return token === 'refused' ? 'with a token that is refused' : 'with a token';
}

/** The kind of a request: its token, its operation type, and the fields that it selects. */
function kindOf({ token, operation, select }: Request): string {
  const names = new Set<string>();
  const visit = ({ field, select: below = [] }: Selection): void => {
    if (below.length > 0 && !field.startsWith('...')) names.add(field);
    for (const one of below) visit(one);
  };
  for (const one of select) visit(one);
  return [token ?? 'none', operation, ...[...names].sort()].join(' ');
}
