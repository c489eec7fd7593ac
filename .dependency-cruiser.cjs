// The floors of docs/ARCHITECTURE.md. A planted violation of each is tested in tests/tooling/floors.test.ts.
const floor = (name, may) => ({
  name: `floor-${name}`,
  severity: 'error',
  from: { path: `^${name}/` },
  to: { path: '^(contracts|config|detectors|gateway|api|web|device-sim|bench|tools|tests)/', pathNot: `^(${[name, ...may].join('|')})/` },
})
// Folders inside gateway that meet only in main.ts, through small typed interfaces.
const islands = ['broker', 'ingest', 'cameras', 'vision', 'rules', 'care', 'device-health', 'access', 'telemetry', 'outbox', 'alarm', 'homeassistant']
const island = (name) => ({
  name: `gateway-${name}-alone`,
  severity: 'error',
  from: { path: `^gateway/${name}/` },
  to: { path: `^gateway/(${islands.filter((x) => x !== name).join('|')})/` },
})
module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    floor('contracts', []),
    floor('config', ['contracts']),
    floor('detectors', ['contracts']),
    floor('device-sim', ['contracts']),
    floor('tools', []),
    floor('gateway', ['contracts', 'config', 'detectors']),
    floor('api', ['contracts', 'config']),
    // The floor of web is in tests/support/web-floor.ts and .oxlintrc.json: this parser reads no TSX.
    { name: 'shipped-code-never-imports-tests-or-bench', severity: 'error', from: { pathNot: '^(tests|bench)/' }, to: { path: '^(tests|bench)/' } },
    ...islands.map(island),
    { name: 'the-staged-year-knows-contracts-only', severity: 'error', from: { path: '^bench/year/world/' }, to: { path: '^(config|detectors|gateway|api|web|device-sim|tests)/' } },
    { name: 'domain-knows-no-http', severity: 'error', from: { path: '^api/(?!routes/|plugins/)[^/]+/' }, to: { path: '^api/(routes|plugins)/|node_modules/(@fastify/|fastify/)' } },
    { name: 'only-one-file-knows-fluent-ffmpeg', severity: 'error', from: { path: '^(?!gateway/cameras/ffmpeg-adapter\\.ts)' }, to: { path: 'node_modules/fluent-ffmpeg' } },
    { name: 'detectors-are-pure-vision', severity: 'error', from: { path: '^detectors/' }, to: { path: '^(fs|net|http|https|child_process)$|node_modules/(mqtt|aedes|better-sqlite3|fastify)' } },
  ],
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/|^data/' },
    enhancedResolveOptions: { extensions: ['.ts', '.tsx', '.js', '.json'] },
  },
}
