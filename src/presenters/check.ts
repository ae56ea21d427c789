import type { Check, CheckVerdict } from '../checks/check';

const IN_SHORT: Readonly<Record<CheckVerdict, { word: string; tone: string }>> = {
  passed: { word: 'well', tone: 'good' },
  warning: { word: 'look at it', tone: '' },
  failed: { word: 'failed', tone: 'bad' },
  unknown: { word: 'not known', tone: '' },
  'not looked at': { word: 'not looked at', tone: 'bad' },
};

/** The worst first; what is well needs nobody. */
const ORDER: readonly CheckVerdict[] = ['failed', 'not looked at', 'warning', 'unknown', 'passed'];

export function presentChecks(checks: readonly Check[]) {
  return [...checks]
    .sort((one, other) => ORDER.indexOf(one.verdict) - ORDER.indexOf(other.verdict))
    .map(({ title, verdict, why, remedy }) => ({
      title,
      ...IN_SHORT[verdict],
      why: [why, remedy].filter(Boolean).join(' '),
    }));
}
