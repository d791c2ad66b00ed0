// The processes that a bench started and what they use, by Linux' /proc.

import { readdirSync, readFileSync } from 'node:fs'

/** Clock ticks a second of /proc's times: 100 on every Linux. */
const TICKS = 100

/** Seconds of processor time of this process and all that it started, by kind. */
export function processorTime() {
  const all = processes()
  const seconds = { host: 0, training: 0, page: 0 }
  for (const { pid, ticks, command } of descendants(all, process.pid)) {
    if (pid === process.pid) seconds.host += ticks / TICKS
    else if (command.includes('worker.cjs')) seconds.training += ticks / TICKS
    else if (/chrom/.test(command)) seconds.page += ticks / TICKS
  }
  return seconds
}

/** All of the browser that this process started. @returns {number[]} */
export function pageProcesses() {
  return descendants(processes(), process.pid).flatMap(({ pid, command }) =>
    /chrom/.test(command) ? [pid] : [],
  )
}

/** Resident memory of a process in MB. @param {number} pid */
export function residentMemory(pid) {
  const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kilobytes) / 1000
}

/** @typedef {{ pid: number, parent: number, ticks: number, command: string }} Process */

function processes() {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        // proc(5): after the name in brackets state, parent, …; user and system time are fields 14 and 15 of all.
        const stat = readFileSync(`/proc/${name}/stat`, 'latin1')
        const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
        const command = readFileSync(`/proc/${name}/cmdline`, 'latin1').replaceAll('\0', ' ')
        return [
          {
            pid: Number(name),
            parent: Number(fields[1]),
            ticks: Number(fields[11]) + Number(fields[12]),
            command,
          },
        ]
      } catch {
        // It has ended meanwhile.
        return []
      }
    })
}

/** @param {Process[]} all @param {number} pid @returns {Process[]} */
function descendants(all, pid) {
  const own = all.filter((each) => each.pid === pid)
  const children = all.filter((each) => each.parent === pid)
  return [...own, ...children.flatMap((child) => descendants(all, child.pid))]
}
