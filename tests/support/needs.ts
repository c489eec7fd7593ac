import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The pictures and weights beside the checkout: data of others, never committed. */
export const sharedDir = fileURLToPath(new URL('../../../shared/', import.meta.url))

const debianPackages = {
  mosquitto: 'mosquitto',
  influxd: 'influxdb',
  ffmpeg: 'ffmpeg',
  'espeak-ng': 'espeak-ng',
  chromium: 'chromium',
  strace: 'strace',
  'gst-rtsp-server': 'gir1.2-gst-rtsp-server-1.0 python3-gi gstreamer1.0-plugins-good',
} as const
/** Not a program but a library of Debian's python. */
const asksForRtspServer = [
  'import gi',
  'gi.require_version("Gst", "1.0")',
  'gi.require_version("GstRtspServer", "1.0")',
  'from gi.repository import Gst, GstRtspServer',
  'Gst.init(None)',
  'assert Gst.ElementFactory.find("rtph264pay")',
].join('\n')
export type Service = keyof typeof debianPackages | 'shared-media' | 'shared-models'

const have = (service: Service): boolean => {
  if (service === 'shared-media') return existsSync(`${sharedDir}media/MEDIA.json`)
  if (service === 'shared-models') return existsSync(`${sharedDir}models/MODELS.json`)
  if (service === 'gst-rtsp-server')
    return spawnSync('/usr/bin/python3', ['-c', asksForRtspServer]).status === 0
  return spawnSync('sh', ['-c', `command -v ${service}`]).status === 0
}

/**
 * Whether a suite may run: `describe.runIf(needs('influxd'))`. Says what is missing and how to get it;
 * with `LINLI_REQUIRE_SERVICES=1` a missing service is a failure. `shared-*` cannot be installed, so
 * they are required only where the folder was handed over with the checkout.
 */
export function needs(service: Service): boolean {
  if (have(service)) return true
  const mend = service.startsWith('shared-')
    ? `${service} (a folder ../shared beside the checkout)`
    : `${service} (apt-get install ${debianPackages[service as keyof typeof debianPackages]})`
  if (process.env['LINLI_REQUIRE_SERVICES'] === '1' && !service.startsWith('shared-')) {
    throw new Error(`needs ${mend}`)
  }
  process.stderr.write(`skipped: needs ${mend}\n`)
  return false
}
