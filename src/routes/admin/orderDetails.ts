import type { FormState } from './forms';

/** What the form of an order's details is about. */
export interface OrderDetails {
  readonly title: string;
  readonly buyerId: string;
  readonly teacherId: string;
}

/**
 * The form of somebody who opened it before somebody else changed the order: what they changed themselves still stands, and
 * what they left alone is as it is now.
 */
export function mergeDetails(typed: FormState['values'] = {}, now: OrderDetails): Record<string, string> {
  const merged = (field: keyof OrderDetails, former: string) => {
    const value = typed[field];
    return value === undefined || value === typed[former] ? now[field] : value;
  };
  return {
    title: merged('title', 'formerTitle'),
    buyerId: merged('buyerId', 'formerBuyerId'),
    teacherId: merged('teacherId', 'formerTeacherId'),
  };
}
