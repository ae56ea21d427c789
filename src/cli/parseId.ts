import { InvalidArgumentError } from 'commander';
import { ROW_ID } from '../domain/rowId';

/** The number of a row, as it is typed. */
export function parseId(text: string): number {
  if (!ROW_ID.test(text)) throw new InvalidArgumentError('It is a number such as 12.');
  return Number(text);
}
