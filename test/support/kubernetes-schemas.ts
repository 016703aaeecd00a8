import { Cluster } from '@kubernetes-models/cloudnative-pg/postgresql.cnpg.io/v1/Cluster';
import { ScaledObject } from '@kubernetes-models/keda/keda.sh/v1alpha1/ScaledObject';
import { Deployment } from 'kubernetes-models/apps/v1/Deployment';
import { StatefulSet } from 'kubernetes-models/apps/v1/StatefulSet';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler';
import { Job } from 'kubernetes-models/batch/v1/Job';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import { ConfigMap } from 'kubernetes-models/v1/ConfigMap';
import { Namespace } from 'kubernetes-models/v1/Namespace';
import { Pod } from 'kubernetes-models/v1/Pod';
import { Service } from 'kubernetes-models/v1/Service';
import type { Manifest } from './manifests.ts';

const MODELS = [
  ...[Cluster, ConfigMap, Deployment, HorizontalPodAutoscaler, Job, Namespace, NetworkPolicy, Pod, PodDisruptionBudget],
  ...[ScaledObject, Service, StatefulSet],
];

/**
 * The published schema's objections to an object, and fields that are not in the schema. The schemas allow those, and
 * so would a server; a compiled validator only reads the fields that it knows.
 */
export function findMistakes(manifest: Manifest): string[] {
  const model = MODELS.find(({ kind, apiVersion }) => kind === manifest.kind && apiVersion === manifest.apiVersion);
  if (model === undefined) return [`no schema of ${manifest.apiVersion} ${manifest.kind}`];
  const asked = new Set<string>();
  try {
    model.prototype.validate.call(watch(manifest, '', asked) as never);
  } catch (error) {
    return [(error as Error).message];
  }
  return listFields(manifest, '').flatMap((field) => (asked.has(field) ? [] : [`${field} is not a field`]));
}

/** The same object, which records in `asked` the fields that are read. */
function watch(value: unknown, path: string, asked: Set<string>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return new Proxy(value, {
    get(target, name) {
      const within = `${path}/${String(name)}`;
      asked.add(within);
      return watch(Reflect.get(target, name), within, asked);
    },
  });
}

function listFields(value: unknown, path: string): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, within]) => [
    `${path}/${name}`,
    ...listFields(within, `${path}/${name}`),
  ]);
}
