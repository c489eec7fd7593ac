import Modal from 'antd/es/modal'
import { type KeyboardEvent, type ReactNode, useId } from 'react'
import { useText } from '../text/use-text.ts'

interface DialogFormProps {
  readonly title: string
  readonly act: string
  readonly busy: boolean
  readonly onSubmit: () => void
  readonly onCancel: () => void
  readonly children: ReactNode
}

function sendFromAnywhere(event: KeyboardEvent<HTMLFormElement>): void {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) event.currentTarget.requestSubmit()
}

/** A dialog that is a form: Enter in a line sends it, Ctrl Enter from everywhere, Escape leaves. */
export function DialogForm(props: DialogFormProps) {
  const { t } = useText()
  const id = useId()
  return (
    <Modal
      open
      title={props.title}
      okText={props.act}
      cancelText={t('cancel')}
      confirmLoading={props.busy}
      okButtonProps={{ htmlType: 'submit', form: id }}
      onCancel={props.onCancel}
      width={460}
    >
      <form
        id={id}
        noValidate
        onKeyDown={sendFromAnywhere}
        onSubmit={(event) => {
          event.preventDefault()
          if (!props.busy) props.onSubmit()
        }}
      >
        {props.children}
      </form>
    </Modal>
  )
}
