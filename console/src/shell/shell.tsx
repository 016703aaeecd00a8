import { type ReactNode, useEffect, useRef } from 'react';
import { Link, useLocation } from 'wouter';
import { useRefresh } from '../parts/refresh.ts';
import { useSession } from '../session/session.ts';
import { SearchBox } from '../search/search-box.tsx';
import { useSections } from './sections.ts';
import { ThemeSwitch } from './theme-switch.tsx';

/** What surrounds every page. */
export function Shell({ children }: { children: ReactNode }) {
  return (
    <>
      <a className="skip" href="#content" onClick={skipToContent}>
        Skip to content
      </a>
      <header className="top">
        <Link href="/" className="brand">
          Wallet operations
        </Link>
        <SearchBox />
        <div className="actions">
          <RefreshPauser />
          <ThemeSwitch />
          <SignedIn />
        </div>
      </header>
      <div className="below">
        <Sections />
        {children}
      </div>
    </>
  );
}

/** The base of the page would make the link lead to another page. */
function skipToContent(event: { preventDefault: () => void }): void {
  event.preventDefault();
  document.querySelector<HTMLElement>('main h1')?.focus();
}

function Sections() {
  const [location] = useLocation();
  const sections = useSections();
  const place = useRef<HTMLElement>(null);
  useEffect(() => {
    // Where the sections do not fit beside each other, the one that is shown may be out of sight.
    place.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [location]);
  return (
    <nav ref={place} aria-label="Sections" className="sections">
      <ul>
        {sections.map(({ path, title, otherPath = path }) => {
          const isHere = path === '/' ? location === '/' : [path, otherPath].some((each) => location.startsWith(each));
          return (
            <li key={path}>
              <Link href={path} aria-current={isHere ? 'page' : undefined}>
                {title}
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}

function RefreshPauser() {
  const { isPaused, setPaused } = useRefresh();
  return (
    <button
      type="button"
      className="button"
      aria-pressed={isPaused}
      title="Pages ask the API again by themselves every few seconds"
      onClick={() => setPaused(!isPaused)}
    >
      {isPaused ? 'Resume refreshing' : 'Pause refreshing'}
    </button>
  );
}

function SignedIn() {
  const { me, signOut } = useSession();
  if (me.key === null) return <span className="quiet">No API keys: open access</span>;
  return (
    <button type="button" className="button" title={`Signed in with ${me.scopes.join(', ')}`} onClick={signOut}>
      Sign out {me.key.name}
    </button>
  );
}
