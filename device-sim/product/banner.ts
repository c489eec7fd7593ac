import { staff } from '../community/cast.ts'
import type { Memory } from '../memory.ts'
import type { TruthList } from '../scenario/truth.ts'
import type { SeedOutcome } from '../seed-community.ts'

/** How to look at the living community: address and accounts. */
export function bannerText(
  address: string,
  home: string,
  memory: Memory,
  seeded: SeedOutcome,
  testMode: boolean,
): string {
  const accounts = [
    `    admin    ${memory.adminPassword}`,
    ...staff.map(
      ({ username, name, role }) =>
        `    ${username.padEnd(8)} ${memory.passwords[username] ?? '?'}  ${name} (${role})`,
    ),
  ]
  return [
    '',
    `桐花里社区  ${address}   数据 / data: ${home}`,
    seeded.fresh
      ? `  示例社区已建好：${seeded.created} 项 / sample community made: ${seeded.created} items`
      : '  示例社区已在 / sample community found',
    '  登录 / sign in:',
    ...accounts,
    ...(testMode
      ? ['  测试模式：仅凭画面判断人脸即可开门 / test mode: faces open doors by pictures alone']
      : []),
    '  Ctrl-C 停止 / stops',
    '',
  ].join('\n')
}

/** The truth list in short, its hash, and what is left out and why. */
export function truthText(truth: TruthList, seed: number): string {
  return [
    `truth: ${truth.staged.length} anomalies, ${truth.passages.length} passages, ${truth.traps.length} traps, seed ${seed}, sha256 ${truth.sha256}`,
    ...truth.staged.map(
      ({ id, stagedOffsetMs, ruleDelayMs }) =>
        `    ${id} at ${stagedOffsetMs / 1_000} s, due after ${ruleDelayMs / 1_000} s`,
    ),
    ...truth.passages.map(
      ({ id, door, fromOffsetMs }) => `    ${id} enters by ${door} at ${fromOffsetMs / 1_000} s`,
    ),
    ...truth.traps.map(({ text }) => `    trap: ${text}`),
    ...truth.leftOut.map((reason) => `    left out: ${reason}`),
  ].join('\n')
}
