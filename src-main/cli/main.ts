process.stderr.write('unroll: cli is not written yet.\n')
process.exitCode = 1
