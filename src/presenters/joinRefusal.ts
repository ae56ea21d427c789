import type { Refusal } from '../domain/joinRefusals';

interface RefusalWords {
  readonly status: number;
  readonly heading: string;
  readonly paragraphs: readonly string[];
  /** Whether the page can send a link to the address on file. */
  readonly offersLink?: boolean;
}

/**
 * Unknown, used elsewhere and withdrawn links share one page and one status, 404: a stranger learns nothing from it, and
 * it helps whoever the link belongs to in each case.
 */
const NOT_HERE: RefusalWords = {
  status: 404,
  heading: 'This link does not work here',
  paragraphs: [
    'If you have opened the class on another device or in another browser, go on there: a link lets one browser in.',
    'If you had a newer mail about this class, use the link in that one. If you copied the link, check that none of it is missing.',
    'In any other case let us send you your link.',
  ],
  offersLink: true,
};

const WORDS: Record<Refusal | 'too_many', RefusalWords> = {
  no_token: {
    status: 400,
    heading: 'Please use the link in your mail',
    paragraphs: ['The way into a class is the personal link that we sent you. Open that mail and press its button.'],
    offersLink: true,
  },
  unknown: NOT_HERE,
  revoked: NOT_HERE,
  used_elsewhere: NOT_HERE,
  replaced: {
    status: 410,
    heading: 'This link has been replaced',
    paragraphs: [
      'You used it before; since then it has been withdrawn. Use the link in our latest mail about the class.',
    ],
  },
  spent: {
    status: 403,
    heading: 'You have gone on elsewhere',
    paragraphs: [
      'You were in with this link; since then it has been used in other browsers as often as a link may be.',
      'Go on where you are now, or let us send you a new link.',
    ],
    offersLink: true,
  },
  wrong_class: {
    status: 403,
    heading: 'This link is for another class',
    paragraphs: ['Open the mail about the class you want to join, and press the button there.'],
  },
  cancelled: {
    status: 410,
    heading: 'This class was cancelled',
    paragraphs: ['There is nothing to join. If a new time has been found, you will get a mail about it.'],
  },
  over: {
    status: 410,
    heading: 'This class is over',
    paragraphs: ['The room is closed. See you next time!'],
  },
  unproven: {
    status: 403,
    heading: 'Please press the button once more',
    paragraphs: [
      'We could not see that this click came from our page, so nothing has happened yet.',
      'Go back to the class’s page and press its button. Your browser must allow cookies for this site.',
    ],
  },
  too_many: {
    status: 429,
    heading: 'Too many tries',
    paragraphs: [
      'Many links that do not work have been tried from your network.',
      'Please wait ten minutes, then open the link in your mail again.',
    ],
  },
};

export function presentRefusal(refusal: Refusal | 'too_many'): RefusalWords {
  return WORDS[refusal];
}
