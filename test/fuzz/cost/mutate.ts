import type { GraphQLInputType, GraphQLNamedType } from 'graphql';
import { amounts, characters, type Grammar, type Standing } from './grammar.ts';
import type { Random } from './random.ts';
import type { Request, Selection, Text, Value } from './request.ts';

/** A selection set and its type. */
interface SetSite {
  readonly type: GraphQLNamedType | undefined;
  readonly set: Selection[];
}

/** An argument of a field. */
interface ArgumentSite {
  readonly args: Record<string, Value>;
  readonly name: string;
  readonly type: GraphQLInputType | undefined;
}

/** The parts of a request that a mutation may change. */
interface Sites {
  readonly sets: SetSite[];
  readonly args: ArgumentSite[];
  readonly random: Random;
  readonly grammar: Grammar;
  readonly standing: Standing;
}

type Mutation = (request: Request, sites: Sites) => void;

/** Returns a copy of the request with random changes that may make it more expensive. */
export function mutate(parent: Request, standing: Standing, grammar: Grammar, random: Random): Request {
  const request = structuredClone(parent);
  for (let changes = 1 + random.below(3); changes > 0; changes--) {
    const sites: Sites = { sets: [], args: [], random, grammar, standing };
    collect(grammar.root(request), request.select, sites);
    random.pick(mutations)(request, sites);
  }
  return request;
}

function collect(type: GraphQLNamedType | undefined, set: Selection[], sites: Sites): void {
  sites.sets.push({ type, set });
  for (const selection of set) {
    const { args = {}, select } = selection;
    for (const name of Object.keys(args)) {
      sites.args.push({ args, name, type: sites.grammar.argument(type, selection, name) });
    }
    if (select !== undefined) collect(sites.grammar.below(type, selection), select, sites);
  }
}

/** Changes any number in a request: a repetition, a length, a page size. */
function scaleAnyNumber(request: Request, { random }: Sites): void {
  const found: (() => void)[] = [];
  const scale = (value: number): number =>
    random.pick([value * 2, value + 1, Math.ceil(value / 2), Math.max(0, value - 1), random.pick(amounts)]);
  const visit = (node: object): void => {
    for (const [key, value] of Object.entries(node)) {
      if (typeof value === 'number') found.push(() => Object.assign(node, { [key]: scale(value) }));
      else if (typeof value === 'object' && value !== null) visit(value);
    }
  };
  visit(request);
  if (found.length > 0) random.pick(found)();
}

/** Changes any repeated text. */
function changeCharacter(request: Request, { random }: Sites): void {
  const found: { text: string }[] = [];
  const visit = (node: object): void => {
    if ('text' in node && typeof node.text === 'string') found.push(node as { text: string });
    for (const value of Object.values(node)) if (typeof value === 'object' && value !== null) visit(value);
  };
  visit(request);
  if (found.length > 0) random.pick(found).text = random.pick(characters);
}

function ofAny(sites: Sites, change: (set: Selection[], index: number, site: SetSite) => void): void {
  const site = sites.random.pick(sites.sets);
  if (site.set.length > 0) change(site.set, sites.random.below(site.set.length), site);
}

function add(_request: Request, { sets, grammar, random }: Sites): void {
  const { set, type } = random.pick(sets);
  if (type !== undefined) set.push(grammar.selection(type, random.below(4)));
}

function remove(_request: Request, sites: Sites): void {
  ofAny(sites, (set, index) => void (set.length > 1 && set.splice(index, 1)));
}

function repeat(_request: Request, sites: Sites): void {
  ofAny(sites, (set, index) => {
    const selection = set[index];
    if (selection) selection.times = (selection.times ?? 1) + sites.random.pick(amounts);
  });
}

function lengthenAliases(_request: Request, sites: Sites): void {
  ofAny(sites, (set, index) => void Object.assign(set[index] ?? {}, { alias: sites.random.pick(amounts) }));
}

function wrapInFragment(_request: Request, sites: Sites): void {
  ofAny(sites, (set, _index, { type }) => {
    const named = sites.random.oneIn(2);
    const field = type === undefined || (!named && sites.random.oneIn(2)) ? '...' : `... on ${type.name}`;
    const times = sites.random.pick([1, 2, sites.random.pick(amounts)]);
    set.splice(0, set.length, { field, named, times, select: [...set] });
  });
}

/** Copies a selection set to another place with the same type: nests members in members, for example. */
function graft(_request: Request, { sets, random }: Sites): void {
  const { type, set } = random.pick(sets);
  const others = sets.filter((other) => other.type === type && other.set !== set);
  if (others.length > 0) set.push(...structuredClone(random.pick(others).set));
}

/** Repeats the path to a selection below it: `members{image{members{image}}}`. */
function nest(_request: Request, { sets, grammar, random }: Sites): void {
  const { type, set } = random.pick(sets);
  if (type === undefined) return;
  const target = random.pick(sets);
  const steps = findPath(grammar, target.type, type, 3, random);
  if (steps !== null) target.set.push(...structuredClone(wrapIn(steps, set)));
}

function wrapIn(steps: readonly Selection[], set: Selection[]): Selection[] {
  return steps.reduceRight<Selection[]>((below, step) => [{ ...step, select: below }], set);
}

/** A random path of fields from one type to another. */
function findPath(
  grammar: Grammar,
  from: GraphQLNamedType | undefined,
  to: GraphQLNamedType,
  depth: number,
  random: Random,
): Selection[] | null {
  for (let tries = 0; tries < 20 && from !== undefined; tries++) {
    const { select: _select, times: _times, ...step } = grammar.selection(from, depth);
    const below = grammar.below(from, step);
    if (below === to) return [step];
    const rest = depth > 1 && below !== from ? findPath(grammar, below, to, depth - 1, random) : null;
    if (rest !== null) return [step, ...rest];
  }
  return null;
}

function changeArgument(_request: Request, { args, grammar, random }: Sites): void {
  if (args.length === 0) return;
  const site = random.pick(args);
  site.args[site.name] = site.type === undefined ? grammar.wrong() : grammar.value(site.type, site.name);
}

function swapVariable(_request: Request, { args, random }: Sites): void {
  if (args.length === 0) return;
  const { args: given, name, type } = random.pick(args);
  const value = given[name] ?? null;
  if (typeof value === 'object' && value !== null && 'variable' in value) given[name] = value.variable;
  else given[name] = { variable: value, type: String(type ?? 'String') };
}

function addCondition(_request: Request, sites: Sites): void {
  const { random } = sites;
  const condition = random.pick(['@include(if:true)', '@skip(if:false)', '@include(if:false)', '@unknown']);
  const directives: Text = { text: ` ${condition}`, times: random.pick([0, 1, 1, 1, random.pick(amounts)]) };
  ofAny(sites, (set, index) => void Object.assign(set[index] ?? {}, { directives }));
}

const headerNames = ['x-request-id', 'apollographql-client-name', 'traceparent', 'accept', 'origin', 'accept-encoding'];
const headerTexts = ['a', '*/*,', 'text/html;q=0.1,', ',', 'application/json;q=0.9,', ';', '00-', 'gzip,'];

function changeHeaders(request: Request, { random }: Sites): void {
  if (random.oneIn(4)) {
    request.headers = Object.fromEntries(
      Array.from({ length: random.pick(amounts) }, (_, index) => [`x-${index}`, 'a']),
    );
  } else {
    const text: Text = { text: random.pick(headerTexts), times: random.pick(amounts) };
    request.headers = { ...request.headers, [random.pick(headerNames)]: text };
  }
}

function changeFrame(request: Request, { grammar, random, standing }: Sites): void {
  random.pick<() => void>([
    () => {
      request.before = { text: random.pick(['\n', '#\n', '\r\n', ' ', ',', '"""\n"""']), times: random.pick(amounts) };
    },
    () => {
      request.name = { text: 'N', times: random.pick([1, 10, 100, 5_000, 50_000]) };
    },
    () => {
      request.operations = random.pick([1, 2, 50, 99, 100]);
    },
    () => {
      request.method = random.pick(['GET', 'POST', 'hash']);
    },
    () => {
      request.body = { [random.pick(['extensions', 'operationName', 'unused'])]: grammar.wrong() };
    },
    () => {
      const token = grammar.token(standing);
      if (token !== undefined) request.token = token;
    },
  ])();
}

/** All mutations; those listed more than once are applied more often. */
const mutations: readonly Mutation[] = [
  scaleAnyNumber,
  scaleAnyNumber,
  scaleAnyNumber,
  repeat,
  repeat,
  add,
  add,
  remove,
  graft,
  nest,
  wrapInFragment,
  lengthenAliases,
  changeArgument,
  changeArgument,
  changeCharacter,
  swapVariable,
  addCondition,
  changeHeaders,
  changeFrame,
  changeFrame,
];
