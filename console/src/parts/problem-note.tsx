import { ApiProblem } from '../api/problem.ts';

const DETAILS_MOST = 100;

/** Says why the API refused something, in its own words. */
export function ProblemNote({ problem, onRetry }: { problem: Error; onRetry?: () => void }) {
  const { title, errors, requestId } =
    problem instanceof ApiProblem ? problem : { title: 'The console failed', errors: [], requestId: null };
  return (
    <div className="note note-bad" role="alert">
      <p>
        <strong>{title}.</strong> {problem.message}
      </p>
      {errors.length > 0 && (
        <ul className="scrolls">
          {errors.slice(0, DETAILS_MOST).map(({ line, path, field, message }) => (
            <li key={`${line}:${path ?? field}:${message}`}>
              {line !== undefined && `Line ${line}, `}
              {(path ?? field) !== undefined && <code>{path ?? field}</code>} {message}
            </li>
          ))}
        </ul>
      )}
      {requestId !== null && <p className="quiet">Request {requestId}</p>}
      {onRetry !== undefined && (
        <button type="button" className="button" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}
