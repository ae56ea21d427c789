import type { FieldError } from '../errors';

export interface GuestEntry {
  readonly email: string;
  readonly name: string | null;
}

export interface ParsedGuests {
  readonly guests: readonly GuestEntry[];
  readonly errors: readonly FieldError[];
  /** What was merged, for the person who typed it. */
  readonly notes: readonly string[];
}

/**
 * Good enough to be mailed to: one `@`, a dot after it, none of the characters that make it more than one address, and
 * none that cannot be seen, by which two addresses look like one.
 */
const EMAIL = /^[^\s\p{C}@<>(),;:"\\[\]]+@[^\s\p{C}@<>(),;:"\\[\]]+\.[^\s\p{C}@<>(),;:"\\[\].]{2,}$/u;
const EMAIL_MAX = 254;
const NAME_MAX = 120;
const NAMED_MAX = 5;

export function isEmail(text: string): boolean {
  return text.length <= EMAIL_MAX && EMAIL.test(text);
}

/**
 * Reads a list of guests, one a line: an address, or `Name <address>`. The same address twice, and the buyer's own, make
 * one pass, and are said so.
 */
export function parseGuests(text: string, buyerEmail: string): ParsedGuests {
  const guests = new Map<string, GuestEntry>();
  const errors: FieldError[] = [];
  const repeated = new Set<string>();
  const ofBuyer = new Set<string>();
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.replaceAll('\t', ' ').trim();
    if (line === '') continue;
    const entry = parseLine(line);
    if (!entry) {
      errors.push({ field: 'guests', message: `Line ${index + 1}: “${line}” is no e-mail address.` });
    } else if (entry.email.toLowerCase() === buyerEmail.toLowerCase()) {
      ofBuyer.add(buyerEmail);
    } else if (guests.has(entry.email.toLowerCase())) {
      repeated.add(entry.email.toLowerCase());
    } else {
      guests.set(entry.email.toLowerCase(), entry);
    }
  }
  return { guests: [...guests.values()], errors, notes: notesOn([...ofBuyer], [...repeated]) };
}

/** A few by name: however many were merged, the note stays short enough to be read (and kept in a session). */
function notesOn(ofBuyer: readonly string[], repeated: readonly string[]): string[] {
  const named = repeated.slice(0, NAMED_MAX).map((email) => `${email} was there twice and gets one pass.`);
  const others = repeated.length - named.length;
  return [
    ...ofBuyer.map((email) => `${email} is the buyer and has a pass already.`),
    ...named,
    ...(others > 0 ? [`So do ${others} more that were there twice.`] : []),
  ];
}

function parseLine(line: string): GuestEntry | null {
  const named = /^(\P{Cc}*?)\s*<([^<>]*)>$/u.exec(line);
  const email = (named?.[2] ?? line).trim();
  if (!isEmail(email)) return null;
  const name = (named?.[1] ?? '').replace(/^"|"$/g, '').trim().slice(0, NAME_MAX);
  return { email, name: name === '' ? null : name };
}
