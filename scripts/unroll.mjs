// `npm run unroll`: the command of this checkout, built first where its sources have changed.

import { prepareOrExit } from './prepare.mjs'

prepareOrExit({ build: true })
// npm runs scripts in the checkout; the paths a person gives are meant from where npm was called.
if (process.env.INIT_CWD) process.chdir(process.env.INIT_CWD)
await import('../bin/unroll.mjs')
