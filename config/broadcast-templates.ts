import type { LocalText } from '../contracts/text.ts'

export interface BroadcastTemplate {
  readonly id: string
  readonly title: LocalText
  readonly text: LocalText
}

/** What has to be said in an emergency, written down while there is time. */
export const broadcastTemplates: readonly BroadcastTemplate[] = [
  {
    id: 'fire',
    title: { zh: '火警疏散', en: 'Fire: leave the building' },
    text: {
      zh: '各位居民请注意，这里发生火情。请马上走楼梯离开，不要乘电梯，弯腰捂住口鼻，帮一帮身边的老人和孩子。',
      en: 'Attention please. There is a fire. Leave now by the stairs. Do not use the lift. Stay low, cover your mouth and nose, and help the old and the young.',
    },
  },
  {
    id: 'flood',
    title: { zh: '积水和暴雨', en: 'Flood' },
    text: {
      zh: '各位居民请注意，小区积水正在上涨。请不要进地下车库，不要涉水，关好一楼电源，到高处等候。',
      en: 'Attention please. The water is rising. Stay out of the underground car park, do not wade, switch off power on the ground floor and wait higher up.',
    },
  },
  {
    id: 'gas',
    title: { zh: '燃气泄漏', en: 'Gas leak' },
    text: {
      zh: '各位居民请注意，这里可能有燃气泄漏。不要开关电器，不要点火，打开窗户，马上到室外空旷处。',
      en: 'Attention please. There may be a gas leak. Touch no switch, light no flame, open the windows and go outside into the open now.',
    },
  },
  {
    id: 'lost-person',
    title: { zh: '寻人', en: 'Lost person' },
    text: {
      zh: '各位居民请注意，有一位老人走失。请留意身边独自走动的老人，如有发现，请陪在身边并马上联系社区。',
      en: 'Attention please. An elderly person is missing. If you see someone who seems lost, stay with them and call the community office at once.',
    },
  },
]
