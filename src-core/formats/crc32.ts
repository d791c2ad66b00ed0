/**
 * CRC-32 (ISO 3309, as in zip and PNG): finds every error burst of up to 32 bits, and any two flipped bits in
 * files as large as checkpoints are. Four bytes a step by four tables (Kounavis and Berry, "Slicing by 4").
 */
const TABLES = makeTables()

/**
 * @param previous the checksum of what came before these bytes; 0 at the start.
 * @returns an unsigned 32-bit number.
 */
export function crc32(bytes: Uint8Array, previous = 0): number {
  const [table0, table1, table2, table3] = TABLES
  let crc = ~previous
  let position = 0
  for (const end = bytes.length - 3; position < end; position += 4) {
    crc ^=
      bytes[position] | (bytes[position + 1] << 8) | (bytes[position + 2] << 16) | (bytes[position + 3] << 24)
    crc = table3[crc & 0xff] ^ table2[(crc >>> 8) & 0xff] ^ table1[(crc >>> 16) & 0xff] ^ table0[crc >>> 24]
  }
  for (; position < bytes.length; position++) {
    crc = table0[(crc ^ bytes[position]) & 0xff] ^ (crc >>> 8)
  }
  return ~crc >>> 0
}

function makeTables(): Int32Array[] {
  const tables = [0, 1, 2, 3].map(() => new Int32Array(256))
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
    tables[0][byte] = crc
  }
  for (let table = 1; table < tables.length; table++) {
    for (let byte = 0; byte < 256; byte++) {
      const crc = tables[table - 1][byte]
      tables[table][byte] = (crc >>> 8) ^ tables[0][crc & 0xff]
    }
  }
  return tables
}
