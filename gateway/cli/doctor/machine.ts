import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { stat, statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { minuteMs } from '../../../contracts/clock.ts'
import { jemallocOf } from '../../supervisor/allocator.ts'
import { type Check, ok, problem } from './check.ts'

const nodeFloor = [20, 19] as const

export function checkNode(version: string): Check {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const old = major < nodeFloor[0] || (major === nodeFloor[0] && minor < nodeFloor[1])
  return old
    ? problem('node', `${version}；需要 / needs ${nodeFloor.join('.')}+`, null)
    : ok('node', version)
}

const firstLine = (command: string, args: readonly string[]): string | null => {
  const run = spawnSync(command, args, { encoding: 'utf8', timeout: 5_000 })
  return run.status === 0 ? (run.stdout.split('\n')[0] ?? '') : null
}

/** Programs that Linli calls; each is only missed by one ability. */
export function checkPrograms(): Check[] {
  const ffmpeg = firstLine('ffmpeg', ['-hide_banner', '-version'])
  return [
    ffmpeg === null
      ? problem(
          'ffmpeg',
          '没有；视频文件放不了 / missing: no video files',
          'apt-get install ffmpeg',
        )
      : ok('ffmpeg', ffmpeg),
    checkAllocator(),
  ]
}

/** Without it the gateway works, in some hundred megabytes more. */
function checkAllocator(): Check {
  const found = jemallocOf()
  const better = '装上后省内存 / saves memory: apt-get install libjemalloc2'
  return ok('memory', found ?? `glibc；${better}`)
}

export async function checkPages(checkout: string): Promise<Check> {
  const page = join(checkout, 'dist/web/index.html')
  const built = await stat(page).catch(() => null)
  return built === null
    ? problem('web', '网页还没构建 / pages not built', 'npm run build')
    : ok('web', page)
}

/** Everything in $LINLI_HOME is for its owner only. */
export function checkHome(home: string): Check {
  if (!existsSync(home)) return ok('home', `${home}（首次启动时建立 / made at the first start）`)
  const open = [home, join(home, 'secrets')].filter(
    (folder) => existsSync(folder) && (statSync(folder).mode & 0o077) !== 0,
  )
  if (open.length > 0)
    return problem(
      'home',
      `别人也能读 / open to others: ${open.join(', ')}`,
      `chmod 700 ${open.join(' ')}`,
    )
  return ok('home', home)
}

const freeBytesMin = 1024 ** 3

/** Free space where $LINLI_HOME is, or will be. */
export async function checkDisk(home: string): Promise<Check> {
  let folder = home
  while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder)
  const { bavail, bsize } = await statfs(folder)
  const free = bavail * bsize
  const text = `${(free / 1024 ** 3).toFixed(1)} GiB 可用 / free`
  return free < freeBytesMin ? problem('disk', text, `du -sh ${home}/*`) : ok('disk', text)
}

/** The newest time that this box has written down, epoch ms. */
function newestTrace(home: string): number {
  const files = existsSync(home) ? readdirSync(home).map((name) => join(home, name)) : []
  return files.reduce((newest, file) => Math.max(newest, statSync(file).mtimeMs), 0)
}

/** A clock that runs before the program was built, or before its own traces, is wrong. */
export async function checkClock(nowMs: number, home: string): Promise<Check> {
  const built = (await stat(fileURLToPath(import.meta.url))).mtimeMs
  const newest = Math.max(built, newestTrace(home))
  const shown = new Date(nowMs).toISOString()
  return nowMs < newest - 5 * minuteMs
    ? problem(
        'clock',
        `${shown} 早于 / before ${new Date(newest).toISOString()}`,
        'timedatectl set-ntp true',
      )
    : ok('clock', shown)
}
