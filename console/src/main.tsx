import 'uplot/dist/uPlot.min.css';
import './styles/base.css';
import './styles/parts.css';
import './styles/pages.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';

const place = document.getElementById('console');
if (place === null) throw new Error('index.html has a place for the console');
createRoot(place).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
