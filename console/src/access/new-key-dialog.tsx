import { useState } from 'react';
import { type ApiKey, SCOPES, type Scope } from '../api/resources.ts';
import { useAct } from '../api/use-act.ts';
import { fromLocalField } from '../format/time.ts';
import { Checkbox } from '../parts/checkbox.tsx';
import { ConfirmDialog } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';
import { SecretDialog } from '../parts/secret.tsx';
import { useSession } from '../session/session.ts';

type KeyWithToken = ApiKey & { readonly token: string };

/** Makes a key. The first one closes the API to all without a key, so the console signs in with it. */
export function NewKeyDialog({ onClose }: { onClose: () => void }) {
  const { me, adopt, signIn } = useSession();
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<readonly Scope[]>(me.anonymous ? SCOPES : []);
  const [expires, setExpires] = useState('');
  const [rate, setRate] = useState('');
  const [made, setMade] = useState<KeyWithToken | null>(null);
  const make = useAct(async (api) => {
    const json = { name, scopes, expires_at: fromLocalField(expires), rate_limit: rate === '' ? null : Number(rate) };
    const key = await api.ask<KeyWithToken>('/access/keys', { method: 'POST', json });
    // From now on, nothing is answered without a key: not even what this page asks again meanwhile.
    if (me.anonymous) adopt(key.token);
    return key;
  });
  if (made !== null) {
    return (
      <SecretDialog
        title={`The key ${made.name} is made`}
        secret={made.token}
        onClose={() => (me.anonymous ? signIn(made.token) : onClose())}
      >
        This is its token. It is shown this once, and stored nowhere.
      </SecretDialog>
    );
  }
  return (
    <ConfirmDialog
      title="New key"
      action="Make key"
      staysOpen
      onConfirm={async () => setMade(await make.mutateAsync())}
      onClose={onClose}
    >
      {me.anonymous && (
        <p className="note note-warn">
          This is the first key: from then on every request needs a key. The console signs in with this one.
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
