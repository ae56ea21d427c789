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

/** Good enough to be mailed to: one `@`, a dot after it, none of the characters that make it more than one address. */
const EMAIL = /^[^\s@<>(),;:"\\[\]]+@[^\s@<>(),;:"\\[\]]+\.[^\s@<>(),;:"\\[\].]{2,}$/;
const EMAIL_MAX = 254;
const NAME_MAX = 120;

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
  const notes: string[] = [];
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (line === '') continue;
    const entry = parseLine(line);
    if (!entry) {
      errors.push({ field: 'guests', message: `Line ${index + 1}: “${line}” is no e-mail address.` });
    } else if (entry.email.toLowerCase() === buyerEmail.toLowerCase()) {
      notes.push(`${entry.email} is the buyer and has a pass already.`);
    } else if (guests.has(entry.email.toLowerCase())) {
      notes.push(`${entry.email} was there twice and gets one pass.`);
    } else {
      guests.set(entry.email.toLowerCase(), entry);
    }
  }
  return { guests: [...guests.values()], errors, notes };
}

function parseLine(line: string): GuestEntry | null {
  const named = /^(.*?)\s*<([^<>]*)>$/.exec(line);
  const email = (named?.[2] ?? line).trim();
  if (!isEmail(email)) return null;
  const name = (named?.[1] ?? '').replace(/^"|"$/g, '').trim().slice(0, NAME_MAX);
  return { email, name: name === '' ? null : name };
}
