import { findMistakes } from '../support/kubernetes-schemas.ts';
import { readManifests, readOverlay } from '../support/manifests.ts';

const OVERLAYS = ['overlays/operators', 'overlays/managed'];

describe.each(OVERLAYS)('%s', (folder) => {
  it.each(readOverlay(folder).map((each) => [each.kind, each.metadata.name, each] as const))(
    'the %s %s is as its published schema has it',
    (_kind, _name, manifest) => {
      expect(findMistakes(manifest)).toEqual([]);
    },
  );
});

it('the pod for commands is as its published schema has it', () => {
  expect(readManifests('admin.yaml').flatMap(findMistakes)).toEqual([]);
});

describe('a mistake in a manifest is found', () => {
  const [deployment] = readManifests('base/api.yaml');
  it.each([
    ['a value of another type', { minReadySeconds: 'five' }, /minReadySeconds must be integer/],
    ['a required field that is missing', { selector: undefined }, /required property selector/],
    ['a misspelt field', { replicaCount: 2 }, /^\/spec\/replicaCount is not a field$/],
    ['a misspelt field further down', { strategy: { rollingUpdate: { maxSurgee: 1 } } }, /maxSurgee is not a field$/],
  ])('%s', (_name, change, says) => {
    const [mistake] = findMistakes({ ...deployment!, spec: { ...deployment!.spec, ...change } });
    expect(mistake).toMatch(says);
  });
});
