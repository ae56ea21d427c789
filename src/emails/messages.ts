import type { MailKind } from '../domain/mails';

export interface Message {
  /** Names the two templates, NAME.html.hbs and NAME.txt.hbs. */
  readonly template: string;
  readonly heading: string;
  /**
   * @param title the class's, or what is wrong
   * @param day of the class, as its reader would say it: `tomorrow`
   */
  readonly subject: (title: string, day: string) => string;
  /** What the mail does to the entry in its reader's calendar (iTIP, RFC 5546); absent: it carries none. */
  readonly calendar?: 'REQUEST' | 'CANCEL';
  /** Where the button leads; none: there is no button. */
  readonly action: 'join' | 'start' | 'connect' | 'class' | 'incident' | 'choose_password' | 'new_password' | 'none';
}

/** Every mail there is, on one page; what it says stands in its templates. */
export const MESSAGES: Readonly<Record<MailKind, Message>> = {
  class_reminder: {
    template: 'classReminder',
    heading: 'Your class starts soon',
    subject: (title) => `Your Class Starts Soon - ${title}`,
    action: 'join',
    calendar: 'REQUEST',
  },
  early_reminder: {
    template: 'earlyReminder',
    heading: 'Your class is coming up',
    subject: (title, day) => `Your class is ${day} - ${title}`,
    action: 'join',
    calendar: 'REQUEST',
  },
  guest_invitation: {
    template: 'guestInvitation',
    heading: 'You are invited to a live class',
    subject: (title) => `You're Invited to Join a Live Class - ${title}`,
    action: 'join',
    calendar: 'REQUEST',
  },
  new_link: {
    template: 'newLink',
    heading: 'Your link to the class',
    subject: (title) => `Your link to the class - ${title}`,
    action: 'join',
    calendar: 'REQUEST',
  },
  teacher_start: {
    template: 'teacherStart',
    heading: 'Your students are coming',
    subject: (title) => `Start your class - ${title}`,
    action: 'start',
    calendar: 'REQUEST',
  },
  teacher_not_connected: {
    template: 'teacherNotConnected',
    heading: 'Your class has no room yet',
    subject: (title) => `Connect Zoom now: your class has no room yet - ${title}`,
    action: 'connect',
  },
  teacher_not_started: {
    template: 'teacherNotStarted',
    heading: 'Your students are waiting',
    subject: (title) => `Your students are waiting - ${title}`,
    action: 'start',
  },
  class_at_risk: {
    template: 'classAtRisk',
    heading: 'This class is at risk',
    subject: (title) => `This class is at risk - ${title}`,
    action: 'class',
  },
  teacher_assigned: {
    template: 'teacherAssigned',
    heading: 'A class is yours now',
    subject: (title) => `A class is yours now - ${title}`,
    action: 'start',
    calendar: 'REQUEST',
  },
  teacher_released: {
    template: 'teacherReleased',
    heading: 'A class is no longer yours',
    subject: (title) => `A class is no longer yours - ${title}`,
    action: 'none',
    calendar: 'CANCEL',
  },
  // What it is called depends on what has changed: see src/presenters/classChange.
  rescheduled: {
    template: 'rescheduled',
    heading: 'Your class has changed',
    subject: (title) => `Your class has changed - ${title}`,
    action: 'join',
    calendar: 'REQUEST',
  },
  reopened: {
    template: 'reopened',
    heading: 'Your class takes place after all',
    subject: (title) => `Your class takes place after all - ${title}`,
    action: 'join',
    calendar: 'REQUEST',
  },
  cancelled: {
    template: 'cancelled',
    heading: 'Your class is cancelled',
    subject: (title) => `Your class is cancelled - ${title}`,
    action: 'none',
    calendar: 'CANCEL',
  },
  missed: {
    template: 'missed',
    heading: 'Your class could not be held',
    subject: (title) => `Your class could not be held - ${title}`,
    action: 'none',
  },
  connect_zoom: {
    template: 'connectZoom',
    heading: 'Please connect Zoom',
    subject: () => 'Connect Zoom, so that your classes can open',
    action: 'connect',
  },
  incident_opened: {
    template: 'incidentOpened',
    heading: 'Something needs you',
    subject: (title) => `Trouble: ${title}`,
    action: 'incident',
  },
  incident_closed: {
    template: 'incidentClosed',
    heading: 'It is well again',
    subject: (title) => `Well again: ${title}`,
    action: 'incident',
  },
  invitation: {
    template: 'invitation',
    heading: 'You are invited',
    subject: () => 'Choose your password for DreamCrowd Live',
    action: 'choose_password',
  },
  password_reset: {
    template: 'passwordReset',
    heading: 'A new password',
    subject: () => 'Choose a new password for DreamCrowd Live',
    action: 'choose_password',
  },
  password_changed: {
    template: 'passwordChanged',
    heading: 'Your password was changed',
    subject: () => 'Your password was changed',
    action: 'new_password',
  },
  address_changed: {
    template: 'addressChanged',
    heading: 'Your address was changed',
    subject: () => 'Your address at DreamCrowd Live was changed',
    action: 'none',
  },
};
