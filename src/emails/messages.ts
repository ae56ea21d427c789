import type { MailKind } from '../domain/mails';

export interface Message {
  /** Names the two templates, NAME.html.hbs and NAME.txt.hbs. */
  readonly template: string;
  readonly heading: string;
  /** @param title the class's, or what is wrong */
  readonly subject: (title: string) => string;
  /** Where the button leads; none: there is no button. */
  readonly action: 'join' | 'start' | 'connect' | 'incident' | 'none';
}

/** Every mail there is, on one page; what it says stands in its templates. */
export const MESSAGES: Readonly<Record<MailKind, Message>> = {
  class_reminder: {
    template: 'classReminder',
    heading: 'Your class starts soon',
    subject: (title) => `Your Class Starts Soon - ${title}`,
    action: 'join',
  },
  guest_invitation: {
    template: 'guestInvitation',
    heading: 'You are invited to a live class',
    subject: (title) => `You're Invited to Join a Live Class - ${title}`,
    action: 'join',
  },
  new_link: {
    template: 'newLink',
    heading: 'Your link to the class',
    subject: (title) => `Your link to the class - ${title}`,
    action: 'join',
  },
  teacher_start: {
    template: 'teacherStart',
    heading: 'Your students are coming',
    subject: (title) => `Start your class - ${title}`,
    action: 'start',
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
  rescheduled: {
    template: 'rescheduled',
    heading: 'Your class has been moved',
    subject: (title) => `Your class has been moved - ${title}`,
    action: 'join',
  },
  cancelled: {
    template: 'cancelled',
    heading: 'Your class is cancelled',
    subject: (title) => `Your class is cancelled - ${title}`,
    action: 'none',
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
};
