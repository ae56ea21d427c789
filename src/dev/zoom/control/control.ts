import { meetingBodySchema, type MeetingBody } from '../api/meetingBody';
import { addMeeting, changeMeeting, removeMeeting } from '../api/editMeeting';
import { behaviourSchema, type Behaviour } from '../core/behaviour';
import type { Call } from '../core/callLog';
import { faultSchema, type Fault, type FaultRequest } from '../core/faults';
import { ZoomState } from '../core/state';
import type { Meeting } from '../core/types';
import { UnknownToZoom, type World } from '../core/world';
import { issueCode, revokeGrant } from '../oauth/grants';
import type { WebhookRecord } from '../webhooks/sender';
import { viewMeeting, type MeetingView } from './meetingView';
import { PeopleControl } from './peopleControl';

export interface AuthorizeOptions {
  /** Absent: all that the app asks for. */
  readonly scopes?: readonly string[] | undefined;
  readonly redirectUri?: string | undefined;
  readonly codeChallenge?: string | undefined;
  readonly codeChallengeMethod?: 'S256' | 'plain' | undefined;
}

export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly scopes: readonly string[];
  readonly refreshes: number;
}

/** Everything a test or the control API can see and do, beyond what Zoom's own API offers. */
export class ZoomControl extends PeopleControl {
  constructor(world: World) {
    super(world);
  }

  meetings(): MeetingView[] {
    return [...this.world.state.meetings.values()].map((meeting) => viewMeeting(this.world, meeting));
  }

  /** @throws UnknownToZoom */
  meeting(meetingId: number | string): MeetingView {
    return viewMeeting(this.world, this.find(meetingId));
  }

  calls(operation?: string): Call[] {
    return this.world.calls.list(operation);
  }

  callCount(operation: string): number {
    return this.world.calls.count(operation);
  }

  addFault(request: FaultRequest): Fault {
    return this.world.faults.add(faultSchema.parse(request));
  }

  faults(): readonly Fault[] {
    return this.world.faults.list();
  }

  removeFault(id: number): boolean {
    return this.world.faults.remove(id);
  }

  clearFaults(): void {
    this.world.faults.clear();
  }

  behaviour(): Behaviour {
    return this.world.behaviour;
  }

  /** @throws ZodError naming what is not known */
  setBehaviour(patch: Partial<Behaviour>): Behaviour {
    this.world.behaviour = behaviourSchema.parse({ ...this.world.behaviour, ...patch });
    return this.world.behaviour;
  }

  now(): number {
    return this.world.clock.now();
  }

  advanceClock(ms: number): void {
    this.world.clock.advance(ms);
    this.world.changed();
  }

  /** What the consent page does when a user allows the app, without a browser. */
  authorize(email: string, options: AuthorizeOptions = {}): string {
    const { app } = this.world.settings;
    return issueCode(this.world, {
      userId: this.world.knownUser(email).id,
      redirectUri: options.redirectUri ?? app.redirectUris[0] ?? '',
      scopes: options.scopes ?? app.scopes,
      challenge: options.codeChallenge ?? null,
      challengeMethod: options.codeChallengeMethod ?? 'S256',
    });
  }

  /** The newest tokens of a user, or undefined when the app is not connected. */
  tokensFor(email: string): Tokens | undefined {
    const grant = this.world.state.grants.get(this.world.knownUser(email).id);
    if (!grant) return undefined;
    const { accessTokens, refreshToken, scopes, refreshes } = grant;
    return { accessToken: accessTokens.at(-1) ?? '', refreshToken, scopes, refreshes };
  }

  /** Kills a user's tokens without a word, as a new consent elsewhere with the same app does. */
  revoke(email: string): boolean {
    return revokeGrant(this.world, this.world.knownUser(email).id);
  }

  /** The user removes the app; Zoom tells of it for published apps only. */
  deauthorize(email: string, { webhook = true }: { webhook?: boolean } = {}): boolean {
    const user = this.world.knownUser(email);
    if (!revokeGrant(this.world, user.id)) return false;
    if (webhook) {
      this.world.webhooks.emit('app_deauthorized', {
        account_id: user.accountId,
        user_id: user.id,
        signature: `${this.world.ids.word(31)}/${this.world.ids.word(32)}`,
        deauthorization_time: new Date(this.now()).toISOString(),
        client_id: this.world.settings.app.clientId,
      });
    }
    return true;
  }

  /** A teacher's meeting made in Zoom itself, not by the app. */
  schedule(email: string, body: MeetingBody = {}): MeetingView {
    const host = this.world.knownUser(email);
    return viewMeeting(this.world, addMeeting(this.world, host, meetingBodySchema.parse(body), 'web_portal'));
  }

  /** A change made in Zoom itself, behind the app's back. */
  change(meetingId: number | string, body: MeetingBody): MeetingView {
    const meeting = this.find(meetingId);
    changeMeeting(this.world, meeting, meetingBodySchema.parse(body));
    return viewMeeting(this.world, meeting);
  }

  /** A deletion made in Zoom itself. */
  delete(meetingId: number | string): void {
    removeMeeting(this.world, this.find(meetingId));
  }

  webhooks(): readonly WebhookRecord[] {
    return this.world.webhooks.list();
  }

  setWebhookUrl(url: string | undefined): void {
    this.world.webhooks.url = url;
  }

  validateWebhookUrl(): Promise<boolean> {
    return this.world.webhooks.validateUrl();
  }

  /** Sends an event once more, newly signed. */
  redeliverWebhook(id: number): boolean {
    return this.world.webhooks.redeliver(id);
  }

  /** Any event at all, signed as Zoom's are. */
  sendEvent(event: string, payload: object): WebhookRecord {
    return this.world.webhooks.emit(event, payload);
  }

  /** Resolves when no delivery is on its way. */
  settleWebhooks(): Promise<void> {
    return this.world.webhooks.settled();
  }

  /** Forgets everything but the users and the app. */
  reset(): void {
    this.world.clock.stop();
    Object.assign(this.world.state, new ZoomState());
    this.world.clock.offsetMs = 0;
    this.world.behaviour = this.world.settings.behaviour;
    this.world.faults.clear();
    this.world.calls.clear();
    this.world.webhooks.clear();
    this.world.webhooks.validateEvery72Hours();
    this.world.changed();
  }

  protected find(meetingId: number | string): Meeting {
    const meeting = this.world.state.meetings.get(Number(meetingId));
    if (!meeting) throw new UnknownToZoom(`No meeting ${meetingId} in the Zoom simulator.`);
    return meeting;
  }
}
