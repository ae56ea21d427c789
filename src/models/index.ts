import type { Sequelize } from 'sequelize';
import { AccountLink } from './AccountLink';
import { ApiKey } from './ApiKey';
import { AttendanceCorrection } from './AttendanceCorrection';
import { AttendanceRevision } from './AttendanceRevision';
import { BlockedIp } from './BlockedIp';
import { AuditLink } from './AuditLink';
import { BookOrder } from './BookOrder';
import { BouncedAddress } from './BouncedAddress';
import { ClassAttendance } from './ClassAttendance';
import { ClassDate } from './ClassDate';
import { ClassRisk } from './ClassRisk';
import { DroppedRegistrant } from './DroppedRegistrant';
import { Incident } from './Incident';
import { MailDelivery } from './MailDelivery';
import { OrderBuyer } from './OrderBuyer';
import { OrderGuest } from './OrderGuest';
import { OutcomeEvent } from './OutcomeEvent';
import { PushDelivery } from './PushDelivery';
import { PushEndpoint } from './PushEndpoint';
import { RefusedEdit } from './RefusedEdit';
import { Session } from './Session';
import { User } from './User';
import { WebhookEvent } from './WebhookEvent';
import { WorkflowOutbox } from './WorkflowOutbox';
import { WorkflowSweep } from './WorkflowSweep';
import { ZoomAuditLog } from './ZoomAuditLog';
import { ZoomCheck } from './ZoomCheck';
import { ZoomConnection } from './ZoomConnection';
import { ZoomHostCheck } from './ZoomHostCheck';
import { ZoomMeeting } from './ZoomMeeting';
import { ZoomMeetingInstance } from './ZoomMeetingInstance';
import { ZoomParticipant } from './ZoomParticipant';
import { ZoomSecureToken } from './ZoomSecureToken';
import { ZoomSetting } from './ZoomSetting';
import { ZoomWait } from './ZoomWait';

const MODELS = [
  User,
  AccountLink,
  ApiKey,
  Session,
  BlockedIp,
  ZoomSetting,
  ZoomCheck,
  ZoomConnection,
  ZoomHostCheck,
  BookOrder,
  OrderBuyer,
  OrderGuest,
  ClassDate,
  ClassRisk,
  RefusedEdit,
  DroppedRegistrant,
  ZoomMeeting,
  ZoomMeetingInstance,
  ZoomSecureToken,
  ZoomParticipant,
  ZoomWait,
  ClassAttendance,
  AttendanceRevision,
  AttendanceCorrection,
  Incident,
  MailDelivery,
  BouncedAddress,
  OutcomeEvent,
  PushEndpoint,
  PushDelivery,
  WebhookEvent,
  WorkflowOutbox,
  WorkflowSweep,
  ZoomAuditLog,
  AuditLink,
];

/** Binds every model to the connection. There are no associations: queries say what they join. */
export function defineModels(sequelize: Sequelize): void {
  for (const model of MODELS) model.define(sequelize);
}
