import type { Behaviour } from './behaviour';
import { CallLog } from './callLog';
import { Clock } from './clock';
import { FaultTable } from './faults';
import { loadState, Persistence } from './persistence';
import { Random } from './random';
import type { ZoomState } from './state';
import type { SimulatedUser, SimulatorSettings } from '../options';
import { WebhookSender } from '../webhooks/sender';

/** All there is of this Zoom, handed to every part of it. */
export class World {
  readonly state: ZoomState;
  readonly clock: Clock;
  /** For ids and tokens. */
  readonly ids: Random;
  /** For what differs from one payload to the next. */
  readonly variety: Random;
  readonly faults: FaultTable;
  readonly calls = new CallLog();
  readonly webhooks: WebhookSender;
  readonly persistence: Persistence;
  behaviour: Behaviour;
  /** Known once the server listens. */
  url = '';

  constructor(readonly settings: SimulatorSettings) {
    const seed = settings.seed ?? Date.now();
    this.behaviour = settings.behaviour;
    this.state = loadState(settings.statePath);
    this.persistence = new Persistence(settings.statePath, this.state);
    this.clock = new Clock(this.state.clockOffsetMs);
    this.ids = new Random(this.state.randomState || seed);
    this.variety = new Random(seed + 1);
    this.faults = new FaultTable(new Random(seed + 2));
    this.webhooks = new WebhookSender(this);
  }

  /** To be called after every change of the state. */
  changed(): void {
    this.state.clockOffsetMs = this.clock.offsetMs;
    this.state.randomState = this.ids.state;
    this.persistence.saveSoon();
  }

  user(id: string): SimulatedUser | undefined {
    return this.settings.users.find((user) => user.id === id);
  }

  userByEmail(email: string): SimulatedUser | undefined {
    return this.settings.users.find((user) => user.email.toLowerCase() === email.trim().toLowerCase());
  }

  /** @throws Error when there is no such user: a control call or a test named somebody unknown */
  knownUser(idOrEmail: string): SimulatedUser {
    const user = this.user(idOrEmail) ?? this.userByEmail(idOrEmail);
    if (!user) throw new UnknownToZoom(`No Zoom user ${idOrEmail}; see the simulator's users option.`);
    return user;
  }
}

/** A control call named a user, meeting or participant that does not exist. */
export class UnknownToZoom extends Error {
  override readonly name = 'UnknownToZoom';
}
