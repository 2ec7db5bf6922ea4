import type { GraphQLSchema } from 'graphql';
import { SchemaBytes } from '../../../src/graphql/limits/schema-bytes.ts';
import { boundsOf, toRatios } from './bounds.ts';
import { Grammar, type Standing } from './grammar.ts';
import type { Figures, Measured, Meter, Objective } from './measure.ts';
import { mutate } from './mutate.ts';
import { Random } from './random.ts';
import { isTooLarge, type Request, type Selection } from './request.ts';

/** A request that is known to cost much, and what made it known. */
export interface Seed {
  readonly name: string;
  readonly request: Request;
}

/** A request that costs more than it may. */
export interface Finding {
  /** Objective and kind: of those with the same key, the last is the worst. */
  readonly key: string;
  readonly objective: Objective;
  readonly standing: Standing;
  readonly measured: Measured;
  /** How many times its bound it costs. */
  readonly ratio: number;
  readonly request: Request;
}

interface Elite {
  readonly request: Request;
  readonly ratio: number;
  readonly kind: string;
}

/** How many of the costliest requests of different kinds are kept for each objective. */
const maxElites = 8;
/** How often a finding is asked for before it is believed. */
const rounds = 12;

const standings: readonly Standing[] = ['without a token', 'with a token that is refused', 'with a token'];

/**
 * A guided search for requests that cost more than they may: changes requests by chance and goes on with those that come
 * closest to a bound, for each objective and standing by itself.
 */
export class Search {
  readonly #meter: Meter;
  readonly #grammar: Grammar;
  readonly #random: Random;
  readonly #schemaBytes: number;
  readonly #elites = new Map<Standing, Map<Objective, Elite[]>>(standings.map((standing) => [standing, new Map()]));
  readonly #spentMs = new Map<Standing, number>(standings.map((standing) => [standing, 0]));
  /** By objective and kind, the largest part of its bound that a finding took. */
  readonly #worst = new Map<string, number>();
  #evaluations = 0;

  constructor(meter: Meter, schema: GraphQLSchema, seed: number) {
    this.#meter = meter;
    this.#random = new Random(seed);
    this.#grammar = new Grammar(schema, this.#random);
    this.#schemaBytes = new SchemaBytes(schema).max;
  }

  /** How many requests were measured. */
  get evaluations(): number {
    return this.#evaluations;
  }

  /** By standing and objective, the largest part of its bound that anything took. */
  get closest(): readonly string[] {
    return [...this.#elites].flatMap(([standing, elites]) =>
      [...elites].map(([objective, [best]]) => `${standing}: ${objective} ${best?.ratio.toFixed(2)} ${best?.kind}`),
    );
  }

  /** Measures a request, and keeps it if it is among the costliest of its kind. @returns where it costs too much. */
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

  /** Tries one further request, of those of the standing that was measured for the shortest time. */
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

/** What tells kinds of requests apart: who asks, and for which fields. */
function kindOf({ token, operation, select }: Request): string {
  const names = new Set<string>();
  const visit = ({ field, select: below = [] }: Selection): void => {
    if (below.length > 0 && !field.startsWith('...')) names.add(field);
    for (const one of below) visit(one);
  };
  for (const one of select) visit(one);
  return [token ?? 'none', operation, ...[...names].sort()].join(' ');
}
