import type { ZoomSimulatorOptions } from '../../src/dev/zoom/options';

const ENOUGH = { perSecond: 10_000 };
const LABELS = ['Light', 'Medium', 'Heavy'];

/** A file of tests asks Zoom within a second what classes ask within minutes; limits a day stay as they are. */
export const UNLIMITED_A_SECOND: ZoomSimulatorOptions['behaviour'] = {
  accountLimits: Object.fromEntries(
    ['free', 'pro', 'business'].flatMap((plan) => LABELS.map((label) => [`${plan}:${label}`, ENOUGH])),
  ),
};
