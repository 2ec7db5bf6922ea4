import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { fetchPeople } from './people.ts';
import './style.css';

const people = await fetchPeople();
const root = document.querySelector('#root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App people={people} />
    </StrictMode>,
  );
}
