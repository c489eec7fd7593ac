import { ownNode } from '../../../model/foreign.ts'

/** Whether a discovery topic is one of ours: `<prefix>/device/linli/<object_id>/config`. */
export const isOwnAnnouncement =
  (prefix: string) =>
  (topic: string): boolean =>
    topic.startsWith(`${prefix}/device/${ownNode}/`)
