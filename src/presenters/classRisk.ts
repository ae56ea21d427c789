import { menderOf, type Mender, type RiskKind } from '../domain/classRisks';
import { BASIC_MINUTES, WRITES_A_DAY } from '../domain/hostLimits';
import type { RiskRow } from '../queries/findClassRisks';
import type { ClassAtRisk } from '../queries/listClassesAtRisk';
import { presentClassRow } from './classDate';
import { formatInstant } from './classTime';
import type { HostClash } from '../queries/findHostClashes';
import { clashInWords } from './hostClash';

export interface PresentedRisk {
  readonly title: string;
  /** what is wrong */
  readonly what: string;
  /** who can mend it */
  readonly who: string;
  readonly how: string;
}

/** For the tags of a class in a list. */
export function risksInShort(risks: readonly { readonly kind: RiskKind }[] = []): string[] {
  return risks.map(({ kind }) => TITLES[kind]);
}

const MENDERS: Readonly<Record<Mender, string>> = {
  teacher: 'Teacher',
  admin: 'Admin',
  either: 'Teacher or admin',
};

const TITLES: Readonly<Record<RiskKind, string>> = {
  teacher_disabled: 'Teacher disabled',
  connection: 'Zoom not connected',
  zoom_user: 'Zoom user not active',
  no_room: 'Zoom makes no room',
  scopes: 'Permissions missing',
  meeting_changed: 'Changed in Zoom',
  quota: 'Zoom’s daily limit',
  clash: 'Two classes at a time',
  overrun: 'Class before overruns',
  licence_length: 'Too long for Zoom Basic',
  capacity: 'Too many people',
  addresses: 'Addresses that do not work',
};

export function presentRisk(row: RiskRow, readerZone: string | null): PresentedRisk {
  const { kind } = row.risk;
  return { title: TITLES[kind], who: MENDERS[menderOf(kind)], ...wordsFor(row, readerZone) };
}

/** A class with all that is wrong with it, for the lists of those at risk. */
export function presentClassAtRisk(row: ClassAtRisk, zone: string | null, href: string) {
  return { ...presentClassRow(row, zone), href, risks: row.risks.map((risk) => presentOpenRisk(risk, zone)) };
}

/** With when its mender was told. */
export function presentOpenRisk(row: RiskRow, readerZone: string | null): PresentedRisk & { told: string | null } {
  const { toldAt } = row.risk;
  return { ...presentRisk(row, readerZone), told: toldAt && `told ${formatInstant(toldAt, readerZone ?? 'UTC')}` };
}

type Words = (
  detail: string,
  clashes: readonly HostClash[],
  readerZone: string | null,
) => { what: string; how: string };

function wordsFor({ risk, clashes }: RiskRow, readerZone: string | null): { what: string; how: string } {
  return WORDS[risk.kind](risk.detail ?? '', clashes, readerZone);
}

const WORDS: Readonly<Record<RiskKind, Words>> = {
  teacher_disabled: () => ({
    what: 'The teacher was disabled, so they cannot start the class here.',
    how: 'Give the class to another teacher, or enable this one again.',
  }),
  connection: () => ({
    what: 'Zoom is not connected, so the class has no room.',
    how: 'Connect it under “Zoom”; the rest happens by itself.',
  }),
  zoom_user: () => ({
    what: 'Zoom says that the host’s user there is not active.',
    how: 'Sign in at zoom.us and do what it asks for, or ask whoever manages the Zoom account.',
  }),
  no_room: (detail) =>
    detail === ''
      ? {
          what: 'There is no room yet: Zoom’s daily limit is used up. It is tried again after 00:00 UTC.',
          how: 'Have somebody of another Zoom account give the class, or the class moved; or the teacher connects another account.',
        }
      : {
          what: `There is no room yet: ${detail}. It is tried again every few minutes.`,
          how: 'See at zoom.us whether the host’s account is in order; if time runs short, have somebody else give the class.',
        },
  scopes: (detail) => ({
    what: `The consent to use Zoom lacks permissions: ${detail}.`,
    how: 'Add them to the app in the Zoom Marketplace; then the teacher connects Zoom again.',
  }),
  meeting_changed: (detail) => ({
    what: `The meeting was changed in Zoom: ${detail}. The class is as it was.`,
    how: 'Change it back in Zoom, or ask for that; or ask for the class to be moved, if that is what was meant.',
  }),
  quota: (detail) => ({
    what: `On that day (UTC) ${detail} meetings of this host are to be made or changed, and Zoom allows ${WRITES_A_DAY}.`,
    how: 'Give some of the classes to another teacher, or move them to another day.',
  }),
  clash: (_detail, clashes, readerZone) => ({
    what: clashes.map((clash) => clashInWords(clash, readerZone)).join(' ') || 'The other class has just been moved.',
    how: 'Ask for one of them to be moved, or for somebody else to give it.',
  }),
  overrun: (detail) => ({
    what: `The host’s class before (number ${detail}) still runs past its end. Zoom lets a host run one meeting at a time, except on some larger plans.`,
    how: 'End that one in Zoom, or ask for this one to be moved, or for somebody else to give it.',
  }),
  licence_length: () => ({
    what: `The Zoom account is a Basic one: Zoom ends its meetings after ${BASIC_MINUTES} minutes, and the class is longer.`,
    how: 'Get a licence from Zoom, or tell the students to come in again by the same link.',
  }),
  capacity: (detail) => ({
    what: `More people are to come than the Zoom plan lets in (${detail}).`,
    how: 'Get a plan for larger meetings, or ask for the class to be split.',
  }),
  addresses: (detail) => ({
    what: `${detail === '1' ? 'One person has an address that is' : `${detail} people have addresses that are`} none, or to which mails did not get through.`,
    how: 'Correct them on the page of the order, or hand the link over in another way.',
  }),
};
