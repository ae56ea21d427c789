import { z } from 'zod';
import { isTimezone } from './startTime';

/** Passcodes: at most ten of these characters, and not a few digits that anyone would guess. */
const PASSCODE = /^[A-Za-z0-9@\-_*]{1,10}$/;

const settingsSchema = z
  .looseObject({
    host_video: z.boolean(),
    participant_video: z.boolean(),
    join_before_host: z.boolean(),
    jbh_time: z.literal([0, 5, 10, 15]),
    waiting_room: z.boolean(),
    mute_upon_entry: z.boolean(),
    approval_type: z.literal([0, 1, 2]),
    registration_type: z.literal([1, 2, 3]),
    close_registration: z.boolean(),
    registrants_confirmation_email: z.boolean(),
    registrants_email_notification: z.boolean(),
    email_notification: z.boolean(),
    allow_multiple_devices: z.boolean(),
    alternative_hosts: z.string(),
    alternative_hosts_email_notification: z.boolean(),
    auto_recording: z.enum(['local', 'cloud', 'none']),
    meeting_authentication: z.boolean(),
    audio: z.enum(['both', 'telephony', 'voip', 'thirdParty']),
    encryption_type: z.enum(['enhanced_encryption', 'e2ee']),
    use_pmi: z.boolean(),
    private_meeting: z.boolean(),
    focus_mode: z.boolean(),
    watermark: z.boolean(),
    calendar_type: z.literal([1, 2]),
    meeting_invitees: z.array(z.object({ email: z.email() })),
  })
  .partial();

const fields = {
  topic: z.string().max(200),
  type: z.literal([1, 2, 3, 8, 10]),
  start_time: z.string(),
  duration: z.number().int().min(1).max(1440),
  timezone: z.string().refine(isTimezone),
  password: z.string().refine((text) => text === '' || (PASSCODE.test(text) && !/^\d{1,5}$/.test(text))),
  default_password: z.boolean(),
  agenda: z.string().max(2000),
  tracking_fields: z.array(z.object({ field: z.string(), value: z.string().optional() })),
  settings: settingsSchema,
  pre_schedule: z.boolean(),
};

/** Every field may be missing; whatever else is sent is dropped without a word. */
export const meetingBodySchema = z.object(fields).partial();

export type MeetingBody = z.output<typeof meetingBodySchema>;

/** The settings Zoom knows; others are dropped from a request's `settings`. */
export const DEFAULT_SETTINGS: Readonly<Record<string, unknown>> = {
  host_video: false,
  participant_video: false,
  cn_meeting: false,
  in_meeting: false,
  join_before_host: false,
  jbh_time: 0,
  mute_upon_entry: false,
  watermark: false,
  use_pmi: false,
  approval_type: 2,
  registration_type: 1,
  audio: 'both',
  auto_recording: 'none',
  enforce_login: false,
  enforce_login_domains: '',
  alternative_hosts: '',
  alternative_hosts_email_notification: true,
  alternative_host_update_polls: false,
  close_registration: false,
  show_share_button: false,
  allow_multiple_devices: false,
  registrants_confirmation_email: true,
  registrants_email_notification: true,
  request_permission_to_unmute_participants: false,
  waiting_room: false,
  waiting_room_options: { mode: 'follow_setting' },
  meeting_authentication: false,
  encryption_type: 'enhanced_encryption',
  approved_or_denied_countries_or_regions: { enable: false },
  breakout_room: { enable: false },
  internal_meeting: false,
  continuous_meeting_chat: { enable: false },
  participant_focused_meeting: false,
  push_change_to_calendar: false,
  email_notification: true,
  email_in_attendee_report: false,
  host_save_video_order: false,
  private_meeting: false,
  focus_mode: false,
  device_testing: false,
  disable_participant_video: false,
  auto_start_meeting_summary: false,
};

/** Known, but absent from a reply until set. */
const SILENT_SETTINGS = [
  'authentication_option',
  'authentication_domains',
  'authentication_exception',
  'calendar_type',
  'contact_name',
  'contact_email',
  'meeting_invitees',
  'custom_keys',
  'global_dial_in_countries',
  'language_interpretation',
];

export function knownSettings(sent: Record<string, unknown> | undefined): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(sent ?? {}).filter(([name]) => name in DEFAULT_SETTINGS || SILENT_SETTINGS.includes(name)),
  );
}
