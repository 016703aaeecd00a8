import { useState } from 'react';
import type { Schemas } from '../api/document.ts';
import type { Scope } from '../api/resources.ts';
import { useAct } from '../api/use-act.ts';
import { SCOPES } from '../api/words.ts';
import { fromLocalField } from '../format/time.ts';
import { Checkbox } from '../parts/checkbox.tsx';
import { ConfirmDialog } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';
import { SecretDialog } from '../parts/secret.tsx';
import { useSession } from '../session/session.ts';

/** Creates a key. The first one closes the API to callers without a key, so the console signs in with it. */
export function NewKeyDialog({ onClose }: { onClose: () => void }) {
  const { me, adopt, signIn } = useSession();
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<readonly Scope[]>(me.anonymous ? SCOPES : []);
  const [expires, setExpires] = useState('');
  const [rate, setRate] = useState('');
  const [made, setMade] = useState<Schemas['ApiKeyWithToken'] | null>(null);
  const make = useAct(async (api) => {
    const rateLimit = rate === '' ? null : Number(rate);
    const body = { name, scopes: [...scopes], expires_at: fromLocalField(expires), rate_limit: rateLimit };
    const key = await api.ask('post', '/access/keys', { body });
    // From now on, nothing is answered without a key: not even what this page asks again meanwhile.
    if (me.anonymous) adopt(key.token);
    return key;
  });
  if (made !== null) {
    return (
      <SecretDialog
        title={`Key ${made.name} created`}
        secret={made.token}
        onClose={() => (me.anonymous ? signIn(made.token) : onClose())}
      >
        This is its token. It is shown only once: the service stores nothing but its hash.
      </SecretDialog>
    );
  }
  return (
    <ConfirmDialog
      title="New key"
      action="Create key"
      staysOpen
      onConfirm={async () => setMade(await make.mutateAsync())}
      onClose={onClose}
    >
      {me.anonymous && (
        <p className="note note-warn">
          This is the first key. Once it exists, every request needs a key; the console signs in with this one.
        </p>
      )}
      <Field label="Name" value={name} onChange={setName} isRequired />
      <fieldset>
        <legend>Scopes</legend>
        {SCOPES.filter((scope) => me.scopes.includes(scope)).map((scope) => (
          <Checkbox
            key={scope}
            label={scope}
            isChecked={scopes.includes(scope)}
            onChange={(is) => setScopes(is ? [...scopes, scope] : scopes.filter((each) => each !== scope))}
          />
        ))}
      </fieldset>
      <Field label="Expires" type="datetime-local" value={expires} onChange={setExpires} hint="Empty: never." />
      <Field label="Requests a second" type="number" value={rate} onChange={setRate} hint="Empty: no limit." />
    </ConfirmDialog>
  );
}
