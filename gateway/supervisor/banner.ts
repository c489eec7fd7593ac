import type { Problem } from '../../contracts/health.ts'
import type { LocalText } from '../../contracts/text.ts'
import type { RunFile } from './home.ts'

/** How the first person gets in. */
export type SignIn =
  | { readonly kind: 'new'; readonly password: string }
  | { readonly kind: 'file'; readonly file: string }
  | { readonly kind: 'environment' }
  | { readonly kind: 'own' }

export interface Trust {
  readonly caUrl: string
  readonly caFile: string
  readonly fingerprint: string
  readonly qr: string
}

export interface BannerFacts {
  readonly run: RunFile
  readonly networkUrl: string | null
  readonly home: string
  readonly signIn: SignIn
  readonly ready: boolean
  readonly startedInMs: number
  readonly keptOnLoopback: readonly ('http' | 'mqtt')[]
  readonly problems: readonly Problem[]
  readonly trust: Trust | null
}

function signInWords(signIn: SignIn): LocalText {
  switch (signIn.kind) {
    case 'new':
      return {
        zh: `用户 admin，密码 ${signIn.password}（只显示这一次，首次登录要改）`,
        en: `user admin, password ${signIn.password} (shown once, to be changed at first sign-in)`,
      }
    case 'file':
      return {
        zh: `用户 admin，初始密码在 ${signIn.file}`,
        en: `user admin, first password in ${signIn.file}`,
      }
    case 'environment':
      return {
        zh: '用户 admin，密码为首次启动时 LINLI_ADMIN_PASSWORD 的值',
        en: 'user admin, password as given in LINLI_ADMIN_PASSWORD at the first start',
      }
    case 'own':
      return { zh: '用您自己的账号', en: 'with your own account' }
  }
}

function problemLines(problems: readonly Problem[]): string[] {
  const shownMax = 10
  const lines = problems.slice(0, shownMax).flatMap((problem) => {
    const mend = problem.command === null ? problem.hint : { zh: problem.command, en: '' }
    return [
      `  ! ${problem.what.zh} / ${problem.what.en} [${problem.code}]`,
      `      → ${mend.zh}${mend.en === '' || mend.en === mend.zh ? '' : ` / ${mend.en}`}`,
    ]
  })
  const more = problems.length - shownMax
  return more > 0 ? [...lines, `  … +${more}: npm run linli -- doctor`] : lines
}

const trustLines = (trust: Trust): string[] => [
  `  信任本机证书 / trust this box: ${trust.caUrl}  (${trust.caFile})`,
  `  SHA-256 ${trust.fingerprint}`,
  trust.qr,
]

/** What stands on the screen after the start: Chinese first, English second, then details. */
export function banner(facts: BannerFacts): string {
  const url = facts.networkUrl ?? facts.run.http
  const signIn = signInWords(facts.signIn)
  const seconds = (facts.startedInMs / 1_000).toFixed(1)
  const state = facts.ready
    ? { zh: `已就绪，用时 ${seconds} 秒`, en: `ready after ${seconds} s` }
    : { zh: '还在启动', en: 'still starting' }
  const listeners = [facts.run.http, facts.run.https, facts.run.mqtt, facts.run.mqtts].filter(
    (address) => address !== undefined,
  )
  return [
    `邻里  ${url}  ${signIn.zh}；${state.zh}`,
    `Linli ${url}  sign in: ${signIn.en}; ${state.en}`,
    `  ${listeners.join('  ')}`,
    `  ${facts.home}`,
    ...facts.keptOnLoopback.map(
      (what) =>
        `  明文 ${what} 只在本机；局域网用 TLS / plaintext ${what} stays on this machine, the network uses TLS`,
    ),
    ...problemLines(facts.problems),
    ...(facts.trust === null ? [] : trustLines(facts.trust)),
    '  Ctrl-C 停止 / stops',
    '',
  ].join('\n')
}
