import { crc32, deflateRawSync } from 'node:zlib';

/** One file of an archive. */
export interface ZipEntry {
  readonly name: string;
  readonly bytes: Buffer;
  /** A checksum other than the right one. */
  readonly crc?: number;
  /** Deflated bytes other than the right ones. */
  readonly packed?: Buffer;
}

/** Writes a ZIP archive of deflated files, as NuGet packages are. */
export function zip(entries: readonly ZipEntry[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const name = Buffer.from(entry.name);
    const packed = entry.packed ?? deflateRawSync(entry.bytes, { level: 1 });
    const common = commonOf(entry, name, packed);
    const local = Buffer.concat([u32(0x04034b50), common, name, packed]);
    directory.push(Buffer.concat([u32(0x02014b50), u16(20), common, u16(0), u16(0), u16(0), u32(0), u32(offset), name]));
    parts.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const count = u16(entries.length);
  return Buffer.concat([...parts, central, u32(0x06054b50), u16(0), u16(0), count, count, u32(central.length), u32(offset), u16(0)]);
}

/** The fields that a local header and the directory share: from the version needed to the length of extra fields. */
function commonOf({ bytes, crc }: ZipEntry, name: Buffer, packed: Buffer): Buffer {
  const sizes = [u32(crc ?? crc32(bytes)), u32(packed.length), u32(bytes.length)];
  return Buffer.concat([u16(20), u16(0x800), u16(8), u16(0), u16(0x21), ...sizes, u16(name.length), u16(0)]);
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
