import { readFileSync } from 'node:fs';

function read(path: string): string {
  return readFileSync(new URL(`../../deploy/${path}`, import.meta.url), 'utf8');
}

interface Dashboard {
  readonly panels: readonly {
    readonly title: string;
    readonly targets: readonly { readonly expr: string; readonly legendFormat: string }[];
  }[];
}

/** A rule of alerting: its name, its query and the page that says what to do. */
export interface Alert {
  readonly name: string;
  readonly expr: string;
  /** Below the root of the repository. */
  readonly runbook: string | undefined;
}

export const dashboard = JSON.parse(read('grafana/dashboard.json')) as Dashboard;

export const alerts: readonly Alert[] = read('prometheus/alerts.yml')
  .split(/^ +- alert: /m)
  .slice(1)
  .map((rule) => ({
    name: /^\w+/.exec(rule)?.[0] ?? '',
    expr: JSON.parse(/^ +expr: (".*")$/m.exec(rule)?.[1] ?? '""') as string,
    runbook: /^ +runbook: "(.*)"$/m.exec(rule)?.[1],
  }));

/** All queries, each with the panel or the alert that asks it. */
export const queries: readonly (readonly [title: string, expr: string])[] = [
  ...dashboard.panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [title, expr] as const)),
  ...alerts.map(({ name, expr }) => [name, expr] as const),
];
