import { type ReactNode, useEffect, useRef } from 'react';

/**
 * A page: its title names the tab, and takes the focus when the page is reached from within, so that keyboards and screen
 * readers begin there.
 */
export function PageFrame({
  title,
  actions,
  children,
  lead,
}: {
  title: string;
  lead?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Wallet operations`;
  }, [title]);
  useEffect(() => {
    // Where something else has the focus by now, as the field of a search, it keeps it.
    if (document.activeElement === document.body || document.activeElement?.closest('nav, main') != null) {
      heading.current?.focus({ preventScroll: true });
    }
    window.scrollTo(0, 0);
  }, []);
  return (
    <main id="content">
      <header className="page-head">
        <div>
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
          {lead !== undefined && <div className="lead">{lead}</div>}
        </div>
        {actions !== undefined && <div className="actions">{actions}</div>}
      </header>
      {children}
    </main>
  );
}
