// The first file of the package that the tests make: what their Electron lacks, then the program.

const { join } = require('node:path')

require('./electron-shim.cjs')
require(join(__dirname, '..', '..', 'out', 'main', 'app.cjs'))
