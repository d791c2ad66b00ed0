process.stderr.write('unroll: worker is not written yet.\n')
process.exitCode = 1
