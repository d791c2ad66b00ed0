import { prepareOrExit } from '../../scripts/prepare.mjs'
import { installPackages } from '../fixtures/debian'

/** Debian packages that the specs need, and a file that each of them brings. */
const packages = {
  chromium: '/usr/bin/chromium',
  xvfb: '/usr/bin/Xvfb',
  xdotool: '/usr/bin/xdotool',
}

/** Builds the program and, where it may, installs what drives it; specs say themselves what they miss. */
export default function setup(): void {
  prepareOrExit({ build: true })
  installPackages(packages)
}
