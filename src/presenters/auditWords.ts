import type { AuditAction } from '../domain/auditActions';

/** What was done, as a person would say it. */
export const ACTION_WORDS: Readonly<Record<AuditAction, string>> = {
  settings_updated: 'Zoom settings saved',
  oauth_connected: 'Zoom connected',
  oauth_disconnected: 'Zoom disconnected',
  oauth_refused: 'Zoom not connected: the consent was not taken',
  oauth_refreshed: 'Zoom token renewed',
  oauth_refresh_failed: 'Zoom token could not be renewed',
  oauth_deauthorized: 'App removed at Zoom',
  signed_in: 'Signed in',
  sign_in_refused: 'Sign-in refused',
  signed_out: 'Signed out',
  user_created: 'Person added',
  user_changed: 'Person changed',
  user_disabled: 'Person disabled',
  user_enabled: 'Person enabled again',
  user_invited: 'Person invited to choose a password',
  password_reset_asked: 'New password asked for',
  password_chosen: 'Password chosen by a mailed link',
  api_key_created: 'API key made',
  api_key_changed: 'What an API key may do changed',
  api_key_revoked: 'API key withdrawn',
  push_endpoint_created: 'Endpoint for pushed events made',
  push_endpoint_changed: 'Endpoint changed',
  push_endpoint_on: 'Endpoint switched on',
  push_endpoint_off: 'Endpoint switched off',
  push_endpoint_deleted: 'Endpoint deleted',
  push_secret_rotated: 'Signing secret of an endpoint renewed',
  push_tested: 'Test event pushed',
  push_replayed: 'Events pushed again',
  join_link_handed_out: 'Join link handed out by the API',
  order_created: 'Order made',
  order_changed: 'Order changed',
  order_cancelled: 'Order cancelled',
  refused_edit_dropped: 'Edit of a marketplace turned down: what was changed here stands',
  guest_added: 'Guest added',
  guest_removed: 'Guest removed',
  guest_corrected: 'Guest corrected',
  class_booked: 'Class booked',
  class_rescheduled: 'Class moved',
  class_cancelled: 'Class cancelled',
  class_reopened: 'Class reopened',
  teacher_changed: 'Teacher changed',
  class_missed: 'Class missed',
  class_settled: 'Attendance settled',
  risk_found: 'Class found to be at risk',
  risk_cleared: 'Risk to a class found to be gone',
  attendance_corrected: 'Attendance corrected',
  attendance_correction_undone: 'Correction of attendance taken back',
  incident_retried: 'Everything that waited was tried again',
  meeting_created: 'Zoom meeting made',
  meeting_adopted: 'Zoom meeting found again and taken over',
  meeting_deleted: 'Zoom meeting deleted',
  meeting_gone: 'Zoom meeting found to be gone',
  room_put_back: 'Zoom meeting put back to how the class is',
  meeting_started: 'Zoom meeting started',
  meeting_ended: 'Zoom meeting ended',
  meeting_start_opened: 'Teacher opened the meeting',
  token_generated: 'Join passes made',
  link_sent: 'Link sent again',
  mail_resent: 'Mail sent once more',
  pass_revoked: 'Join pass withdrawn',
  pass_restored: 'Join pass given back',
  passes_matched: 'Join passes brought up to who is to come',
  join_attempt_success: 'Joined by a pass',
  join_attempt_invalid_token: 'Refused at the door: pass unknown or withdrawn',
  join_attempt_expired: 'Refused at the door: class over or cancelled',
  join_attempt_unauthorized: 'Refused at the door: pass in use elsewhere, or no proof',
  join_attempt_no_token: 'Refused at the door: no pass',
  join_attempt_blocked: 'Refused at the door: network blocked',
  join_attempt_mismatched_class: 'Refused at the door: pass of another class',
  webhook_received: 'Zoom reported an event',
  webhook_replayed: 'Stored events of Zoom read again',
  webhook_url_validated: 'Zoom validated the webhook address',
  webhook_signature_failed: 'Webhook refused: wrong signature',
  ip_blocked: 'Network blocked',
  ip_unblocked: 'Network let in again',
  mail_tested: 'Test mail sent',
  cleaned_up: 'What is no longer needed was cleared away',
  backup_put_back: 'Backup put back: sessions and links to choose a password ended',
  audit_exported: 'Audit log exported',
  audit_checked: 'Audit log checked',
};

/** What a row may be about. */
export const ENTITY_WORDS = {
  user: 'person',
  api_key: 'API key',
  book_order: 'order',
  class_date: 'class date',
  zoom_meeting: 'Zoom meeting',
  zoom_secure_token: 'join pass',
  incident: 'trouble',
  mail_delivery: 'mail',
  blocked_ip: 'block',
  webhook_event: 'event of Zoom',
  push_endpoint: 'endpoint',
} as const;

export type AuditEntity = keyof typeof ENTITY_WORDS;

export function isAuditAction(text: string): text is AuditAction {
  return Object.hasOwn(ACTION_WORDS, text);
}

export function isAuditEntity(text: string): text is AuditEntity {
  return Object.hasOwn(ENTITY_WORDS, text);
}

/** An action that is not ours any more keeps its own name. */
export function actionInWords(action: string): string {
  return isAuditAction(action) ? ACTION_WORDS[action] : action.replaceAll('_', ' ');
}
