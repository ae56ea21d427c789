import type { Deps } from '../deps';
import { looked, type Check } from './check';
import { checkDatabase } from './database';
import { checkMail } from './mail';
import { checkPublicAddress } from './publicAddress';
import { checkPushes } from './pushes';
import { checkSettings } from './settings';
import { checkSizes } from './sizes';
import { checkTeachers } from './teachers';
import { checkTemporal } from './temporal';
import { checkClasses } from './workers';
import { checkZoom } from './zoom';

/** What must be right before the first class: settings, what we work with, the way here from outside, the Zoom app. */
export async function checkSetup(deps: Deps): Promise<Check[]> {
  const parts = await Promise.all([
    looked('settings', 'Settings', () => Promise.resolve(checkSettings(deps))),
    looked('database', 'Database', () => checkDatabase(deps)),
    looked('temporal', 'Temporal', () => checkTemporal(deps)),
    looked('smtp', 'Mail server', () => checkMail(deps)),
    looked('address', 'Public address', () => checkPublicAddress(deps)),
    looked('zoom', 'Zoom app', () => checkZoom(deps)),
  ]);
  return parts.flat();
}

/** The same, and how it stands with classes, teachers and data. */
export async function checkEverything(deps: Deps): Promise<Check[]> {
  const setup = await checkSetup(deps);
  const daily = await Promise.all([
    looked('classes', 'Classes', () => checkClasses(deps)),
    looked('teachers', 'Teachers', () => checkTeachers(deps)),
    looked('pushes', 'Pushed events', () => checkPushes(deps)),
    looked('sizes', 'Tables', () => checkSizes(deps)),
  ]);
  return [...setup, ...daily.flat()];
}
