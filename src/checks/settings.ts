import type { Deps } from '../deps';
import { check, type Check } from './check';

/** What is missing or wrong keeps a process from starting; so here it is what is weak. */
export function checkSettings({ config }: Pick<Deps, 'config'>): Check[] {
  if (config.weak.length === 0) {
    return [check('settings', 'Settings', { verdict: 'passed', why: 'Every setting is there, and none is weak.' })];
  }
  return config.weak.map(({ name, why }) =>
    check('settings', `Setting ${name}`, {
      verdict: 'warning',
      why,
      remedy: 'Then start every process again.',
    }),
  );
}
