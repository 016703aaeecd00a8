import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from '@wallet/local/project';
import { parse, parseAllDocuments } from 'yaml';

/** A Kubernetes object. It is compared with its schema, so reading it needs no types. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: Record<string, string> };
  readonly spec?: any;
  readonly data?: Readonly<Record<string, string>>;
}

interface Kustomization {
  readonly namespace: string;
  readonly resources: readonly string[];
  readonly images?: readonly { readonly name: string; readonly newName: string; readonly newTag: string }[];
}

export function readProjectFile(...path: string[]): string {
  return readFileSync(join(PROJECT_ROOT, ...path), 'utf8');
}

/** Every document of a file of `deploy/kubernetes`. */
export function readManifests(file: string): Manifest[] {
  return parseAllDocuments(readProjectFile('deploy/kubernetes', file)).map((document) => {
    if (document.errors.length > 0) throw document.errors[0]!;
    return document.toJS() as Manifest;
  });
}

/** The files listed by a kustomization of `deploy/kubernetes`. */
export function readKustomization(folder: string): Kustomization {
  return parse(readProjectFile('deploy/kubernetes', folder, 'kustomization.yaml')) as Kustomization;
}

/** All objects of a kustomization, as its files have them: none of ours changes more than namespaces, labels and images. */
export function readOverlay(folder: string): Manifest[] {
  return readKustomization(folder).resources.flatMap((resource) =>
    resource.endsWith('.yaml') ? readManifests(join(folder, resource)) : readOverlay(join(folder, resource)),
  );
}

export type Container = any;

/** The pod that an object creates, or is. */
export function podOf({ kind, spec }: Manifest): { containers: Container[]; [field: string]: unknown } | null {
  if (kind === 'Pod') return spec;
  return ['Deployment', 'StatefulSet', 'Job'].includes(kind) ? spec.template.spec : null;
}

/** The labels by which policies, services and budgets find the pods of an object. */
export function podLabelsOf(manifest: Manifest): Readonly<Record<string, string>> | null {
  if (manifest.kind === 'Pod') return manifest.metadata.labels ?? {};
  // The operator gives this label to the pods of a cluster.
  if (manifest.kind === 'Cluster') return { 'cnpg.io/cluster': manifest.metadata.name };
  return podOf(manifest) && manifest.spec.template.metadata.labels;
}
