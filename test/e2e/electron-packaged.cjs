// The first file of the package that the tests make: what their Electron lacks, then the program.

require('./electron-shim.cjs')
require('../../out/main/app.cjs')
