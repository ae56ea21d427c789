import type { MailState } from '../domain/mails';

/** The colour of a mail's state on a page. */
export function mailTone(state: MailState): 'good' | 'bad' | 'plain' {
  if (state === 'sent') return 'good';
  return state === 'bounced' || state === 'failed' || state === 'unknown' ? 'bad' : 'plain';
}
