import type { BroadcastItem, WeeklyTime } from '../../../../contracts/http/broadcast.ts'
import { useTemplates } from '../../data/use-broadcast.ts'
import { useText } from '../../text/use-text.ts'
import { useUnitNames } from '../ticket/use-names.ts'

export interface BroadcastWords {
  /** The name of its template or clip, else what it says. */
  title(item: BroadcastItem): string
  where(item: BroadcastItem): string
  weekly(weekly: WeeklyTime): string
}

const days = [1, 2, 3, 4, 5, 6, 7] as const
type Day = (typeof days)[number]

export function useBroadcastWords(): BroadcastWords {
  const { t, local, language } = useText()
  const nameOf = useUnitNames()
  const templates = useTemplates().data?.items ?? []
  const joint = language === 'zh' ? '、' : ', '
  return {
    title(item) {
      if (item.clip !== null) return `♪ ${item.clip.name}`
      const template = templates.find(({ id }) => id === item.template)
      return template === undefined ? item.text : local(template.title)
    },
    where: ({ areas, devices }) =>
      areas.length + devices.length === 0
        ? t('cast.everywhere')
        : [...areas.map(nameOf), ...devices].join(joint),
    weekly: (weekly) =>
      t('cast.weekly', {
        days: weekly.days.map((day) => t(`cast.day-${day as Day}`)).join(joint),
        time: weekly.time,
      }),
  }
}
