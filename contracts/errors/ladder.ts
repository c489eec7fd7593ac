import { entry } from './entry.ts'

/** Ladders, plans of care, visits. */
export const ladderErrors = {
  'ladder.over': entry(
    409,
    '这件事已经了结，不用再答',
    'The matter is over, no answer is needed',
    '见工单上的经过',
    'The ticket tells what happened',
  ),
  'ladder.link-used': entry(
    409,
    '这个链接已经答复过了',
    'This link has been answered already',
    '要补充，请直接打社区电话',
    'To add something, ring the community',
  ),
} as const
