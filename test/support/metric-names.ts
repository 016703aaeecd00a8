import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from '@wallet/local/project';
import { parse } from 'yaml';

export const PROMETHEUS_FOLDER = join(PROJECT_ROOT, 'deploy/prometheus');
const BOARD = join(PROJECT_ROOT, 'deploy/grafana/dashboards/wallet.json');

export interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export function readRules(): Rule[] {
  const { groups } = parse(readFileSync(join(PROMETHEUS_FOLDER, 'rules.yml'), 'utf8')) as {
    groups: { rules: Rule[] }[];
  };
  return groups.flatMap(({ rules }) => rules);
}

/** The expressions of the board's panels. */
export function readBoard(): string[] {
  const { panels } = JSON.parse(readFileSync(BOARD, 'utf8')) as { panels: { targets?: { expr: string }[] }[] };
  return panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
}

/** The metrics that an expression reads, with the labels that it selects or adds up by. */
export function metricsIn(expression: string): { name: string; labels: string[] }[] {
  return [...expression.matchAll(/\b((?:wallet|process|nodejs)_[a-z_]+)(?:\{([^}]*)\})?/g)].map(
    ([, name, matchers]) => ({
      name: name!.replace(/_(bucket|sum|count)$/, ''),
      labels: [...(matchers ?? '').matchAll(/([a-z_]+)\s*(?:=|!=|=~|!~)/g)].map(([, label]) => label!),
    }),
  );
}
