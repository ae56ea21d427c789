import { defineQuery, defineSignal } from '@temporalio/workflow';

/**
 * "Look again": something about the class date changed. The reason is a few words for the person who reads the history;
 * what changed stands in MySQL.
 */
export const lookAgain = defineSignal<[reason: string]>('lookAgain');

export interface Progress {
  readonly phase: string;
  /** what is being waited for, and until when (ISO) */
  readonly waitingFor: string;
  readonly until: string | null;
}

export const progress = defineQuery<Progress>('progress');
