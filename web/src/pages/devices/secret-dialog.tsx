import Button from 'antd/es/button'
import Modal from 'antd/es/modal'
import type { DeviceWithSecret } from '../../../../contracts/http/devices.ts'
import { useSay } from '../../data/use-say.ts'
import { StateShape } from '../../look/state-shape.tsx'
import { useText } from '../../text/use-text.ts'

interface SecretDialogProps {
  readonly secret: DeviceWithSecret
  readonly onClose: () => void
}

/** Shown once: closed only by its button, never by a stray click. */
export default function SecretDialog({ secret, onClose }: SecretDialogProps) {
  const { t } = useText()
  const say = useSay()
  const copy = (text: string) =>
    navigator.clipboard.writeText(text).then(() => say.done(t('copied')), say.failed)
  const line = (word: string, value: string) => (
    <>
      <span className="second s13">{word}</span>
      <code className="mono" data-secret={word}>
        {value}
      </code>
      <Button size="small" onClick={() => void copy(value)}>
        {t('copy')}
      </Button>
    </>
  )
  return (
    <Modal
      open
      title={t('devices.secret')}
      closable={false}
      mask={{ closable: false }}
      keyboard={false}
      footer={
        <Button type="primary" onClick={onClose}>
          {t('devices.secret-done')}
        </Button>
      }
    >
      <p className="second">{t('devices.secret-text')}</p>
      <div className="secret">
        {line(t('devices.secret-user'), secret.mqtt.username)}
        {line(t('devices.secret-pass'), secret.mqtt.password)}
      </div>
      {!secret.inForce && (
        <div className="row s13" style={{ color: 'var(--major-text)' }}>
          <StateShape kind="major" sizePx={16} />
          {t('devices.secret-later')}
        </div>
      )}
    </Modal>
  )
}
