import { useEffect, useId, useState } from 'react';

const THEMES = ['system', 'light', 'dark'] as const;
type Theme = (typeof THEMES)[number];

const PLACE = 'wallet-console-theme';

function readTheme(): Theme {
  const stored = localStorage.getItem(PLACE);
  return THEMES.find((theme) => theme === stored) ?? 'system';
}

/** Dark or light, as the system has it or as it is chosen here. */
export function ThemeSwitch() {
  const id = useId();
  const [theme, setTheme] = useState(readTheme);
  useEffect(() => {
    localStorage.setItem(PLACE, theme);
    document.documentElement.dataset['theme'] = theme;
    // Plots are drawn in colours that were read once.
    window.dispatchEvent(new Event('themechange'));
  }, [theme]);
  return (
    <span className="theme">
      <label htmlFor={id} className="hidden">
        Colours
      </label>
      <select
        id={id}
        value={theme}
        onChange={(event) => setTheme(THEMES.find((each) => each === event.target.value) ?? 'system')}
      >
        {THEMES.map((each) => (
          <option key={each} value={each}>
            {each}
          </option>
        ))}
      </select>
    </span>
  );
}
