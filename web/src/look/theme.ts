import type { ThemeConfig } from 'antd'

/** The look's tokens as Ant Design reads them; everything else stands in tokens.css. */
export const theme: ThemeConfig = {
  token: {
    colorPrimary: '#2B55C0',
    colorInfo: '#2B55C0',
    colorLink: '#2B55C0',
    colorSuccess: '#0B7157',
    colorWarning: '#B45300',
    colorError: '#BE2A20',
    colorText: '#18212F',
    colorTextSecondary: '#465264',
    colorTextTertiary: '#5F6B7D',
    colorTextPlaceholder: '#5F6B7D',
    colorBgLayout: '#F5F6F8',
    colorBorder: '#C9D0DA',
    colorBorderSecondary: '#E4E7EC',
    borderRadius: 6,
    borderRadiusLG: 10,
    borderRadiusSM: 4,
    fontSize: 14,
    controlHeight: 34,
    motionDurationMid: '.15s',
    boxShadow: 'none',
    boxShadowSecondary: '0 6px 20px rgba(24,33,47,.10)',
    boxShadowTertiary: 'none',
    fontFamily: '"PingFang SC","HarmonyOS Sans SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif',
  },
  components: {
    Button: {
      primaryShadow: 'none',
      defaultShadow: 'none',
      dangerShadow: 'none',
      fontWeight: 400,
    },
    Segmented: { itemSelectedColor: '#2B55C0', itemColor: '#465264', trackBg: '#EEF0F4' },
    Modal: { boxShadow: '0 6px 20px rgba(24,33,47,.10)' },
  },
}
