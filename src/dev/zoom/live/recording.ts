import type { Instance, Meeting } from '../core/types';
import type { World } from '../core/world';
import { emitMeetingEvent } from './events';

const MINUTE_MS = 60_000;

/** A cloud recording is ready some minutes after the end, and only then told of. */
export function announceRecording(world: World, meeting: Meeting, instance: Instance): void {
  if (meeting.settings.auto_recording !== 'cloud') return;
  const delayMs = world.behaviour.recordingDelayMs * world.settings.webhookRetryScale;
  world.clock.after(delayMs, () =>
    emitMeetingEvent(
      world,
      meeting,
      'recording.completed',
      { object: recordingObject(world, meeting, instance) },
      { download_token: world.ids.word(120) },
    ),
  );
}

function recordingObject(world: World, meeting: Meeting, instance: Instance) {
  const endedAt = instance.endedAt ?? world.clock.now();
  const id = world.ids.word(24);
  return {
    id: meeting.id,
    uuid: instance.uuid,
    host_id: meeting.hostId,
    account_id: meeting.accountId,
    host_email: world.user(meeting.hostId)?.email ?? '',
    topic: meeting.topic,
    type: meeting.type,
    start_time: world.clock.iso(instance.startedAt),
    timezone: meeting.timezone,
    duration: Math.ceil((endedAt - instance.startedAt) / MINUTE_MS),
    share_url: `${world.url}/rec/share/${id}`,
    password: world.ids.word(8),
    total_size: 1,
    recording_count: 1,
    recording_files: [
      {
        id,
        meeting_id: instance.uuid,
        recording_start: world.clock.iso(instance.startedAt),
        recording_end: world.clock.iso(endedAt),
        file_type: 'MP4',
        file_size: 1,
        file_extension: 'MP4',
        play_url: `${world.url}/rec/play/${id}`,
        download_url: `${world.url}/rec/download/${id}`,
        status: 'completed',
        recording_type: 'shared_screen_with_speaker_view',
      },
    ],
    participant_audio_files: [],
  };
}
