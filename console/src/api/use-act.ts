import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ApiClient } from './client.ts';
import { useSession } from '../session/session.ts';

/** Something that changes what the API answers; all that is shown is asked for again afterwards. */
export function useAct<Given = void, Answer = unknown>(act: (api: ApiClient, given: Given) => Promise<Answer>) {
  const { api } = useSession();
  const queries = useQueryClient();
  return useMutation<Answer, Error, Given>({
    mutationFn: (given) => act(api, given),
    onSettled: () => queries.invalidateQueries({ queryKey: ['api'] }),
  });
}
