import { type BenchArguments, benchArguments } from './support/arguments.ts'
import { run as benchDetect } from './detect.ts'
import { benchCameras } from './cameras.ts'
import { benchDoor } from './door.ts'
import { benchGate } from './gate.ts'
import { benchIngest } from './ingest.ts'
import { benchKill } from './kill.ts'
import { benchRules } from './rules.ts'
import { benchSoak } from './soak.ts'
import { benchYear } from './year.ts'

const benches: Readonly<
  Record<
    string,
    { readonly about: string; readonly run: (args: BenchArguments) => Promise<object> }
  >
> = {
  ingest: {
    about: 'durable QoS 1 readings a second against bare in-memory aedes [--seconds N --rounds N]',
    run: benchIngest,
  },
  detect: {
    about: 'frames a second through the whole gateway against a tight loop of decode and model',
    run: benchDetect,
  },
  door: {
    about: 'publish of the deciding frame to the unlock, a face among [--templates 10000]',
    run: benchDoor,
  },
  gate: {
    about: 'publish of the deciding frame to the open arm, a plate among [--templates 10000]',
    run: benchGate,
  },
  cameras: {
    about: 'cameras at a frame a second until one is dropped [--source mqtt|rtsp --max N]',
    run: benchCameras,
  },
  soak: {
    about: 'memory, handles and processes under cameras for [--minutes 60 --cameras 150]',
    run: benchSoak,
  },
  kill: {
    about: 'kill -9 on the gateway while 5,000 readings are on their way [--kills N]',
    run: benchKill,
  },
  rules: {
    about:
      '300 rules over 10,000 devices, and a tick over 100,000 watched people [--seconds N --rounds N]',
    run: benchRules,
  },
  year: {
    about: 'a year of watched people against the care code [--elders 500 --days 365 --threads 2]',
    run: benchYear,
  },
}

const usage = (): string =>
  [
    'npm run bench -- NAME [--json] [--seed N]',
    '',
    ...Object.entries(benches).map(([name, { about }]) => `  ${name.padEnd(8)} ${about}`),
    '',
    'Each prints one JSON line; the baseline runs in the same run. Close other programs first.',
  ].join('\n')

const [name, ...rest] = process.argv.slice(2)
const bench = name === undefined ? undefined : benches[name]
if (name === undefined || name === '--help' || name === '-h' || rest.includes('--help')) {
  process.stdout.write(`${usage()}\n`)
} else if (bench === undefined) {
  process.stderr.write(`no such benchmark: ${name}\n\n${usage()}\n`)
  process.exitCode = 2
} else {
  try {
    const args = benchArguments(rest)
    const line = await bench.run(args)
    process.stdout.write(`${args.json ? JSON.stringify(line) : JSON.stringify(line, null, 2)}\n`)
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 1
  }
}
