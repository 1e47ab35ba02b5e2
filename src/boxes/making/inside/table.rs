//! Partition tables: MBR, and the GUID partition table of the UEFI specification,
//! chapter 5.

use super::Finding;

/// GUIDs as they lie on disk: the first three fields little-endian.
const EFI_SYSTEM: [u8; 16] = guid(0xc12a_7328, 0xf81f, 0x11d2, 0xba4b_00a0_c93e_c93b);
const BIOS_BOOT: [u8; 16] = guid(0x2168_6148, 0x6449, 0x6e6f, 0x744e_6565_6445_4649);

/// What kind of table a disk has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    None,
    Mbr,
    Gpt,
}

/// A partition, in sectors of 512 bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Partition {
    pub(super) number: usize,
    pub(super) start: u64,
    pub(super) sectors: u64,
    pub(super) is_efi_system: bool,
}

/// The partitions of a disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Table {
    pub(super) kind: Kind,
    pub(super) partitions: Vec<Partition>,
}

impl Table {
    /// Reads the table from the first 34 sectors. `sector` reads others, for the
    /// chain of logical partitions.
    pub(super) fn read(head: &[u8], sector: &mut dyn FnMut(u64) -> Option<[u8; 512]>) -> Self {
        if head.get(512..520) == Some(b"EFI PART") {
            return Self {
                kind: Kind::Gpt,
                partitions: gpt(head),
            };
        }
        let partitions = match head.get(..512) {
            Some(first) if first[510..] == [0x55, 0xaa] && !is_file_system(first) => {
                mbr(first, sector)
            }
            _ => Vec::new(),
        };
        let kind = if partitions.is_empty() {
            Kind::None
        } else {
            Kind::Mbr
        };
        Self { kind, partitions }
    }

    pub(super) fn finding(&self) -> Finding {
        let parts = match self.partitions.len() {
            1 => "1 partition".to_owned(),
            count => format!("{count} partitions"),
        };
        match self.kind {
            Kind::None => Finding::good("partition table", "none"),
            Kind::Mbr => Finding::good("partition table", format!("MBR, {parts}")),
            Kind::Gpt => Finding::good("partition table", format!("GPT, {parts}")),
        }
    }
}

/// A boot sector of FAT or NTFS has the same last bytes as a partition table.
fn is_file_system(first: &[u8]) -> bool {
    &first[54..58] == b"FAT1" || &first[82..87] == b"FAT32" || &first[3..7] == b"NTFS"
}

fn gpt(head: &[u8]) -> Vec<Partition> {
    let entries = head.get(1024..).unwrap_or_default().chunks_exact(128);
    entries
        .enumerate()
        .filter(|(_, entry)| entry[..16].iter().any(|byte| *byte != 0))
        .map(|(index, entry)| {
            let (start, end) = (little(&entry[32..40]), little(&entry[40..48]));
            Partition {
                number: index + 1,
                start,
                sectors: end.saturating_sub(start).saturating_add(1),
                is_efi_system: entry[..16] == EFI_SYSTEM,
            }
        })
        .collect()
}

/// Kinds of extended partitions, which hold a chain of others.
const EXTENDED: [u8; 3] = [0x05, 0x0f, 0x85];

fn mbr(first: &[u8], sector: &mut dyn FnMut(u64) -> Option<[u8; 512]>) -> Vec<Partition> {
    let mut partitions = Vec::new();
    let mut extended = None;
    for index in 0..4 {
        let entry = &first[446 + index * 16..][..16];
        let (kind, start, sectors) = (entry[4], little(&entry[8..12]), little(&entry[12..16]));
        if kind == 0 || sectors == 0 {
            continue;
        }
        if EXTENDED.contains(&kind) {
            extended = Some(start);
            continue;
        }
        partitions.push(Partition {
            number: index + 1,
            start,
            sectors,
            is_efi_system: kind == 0xef,
        });
    }
    let mut next = extended;
    // A chain that bites its own tail ends here.
    for number in 5..64 {
        let (Some(place), Some(base)) = (next, extended) else {
            break;
        };
        let Some(table) = sector(place).filter(|table| table[510..] == [0x55, 0xaa]) else {
            break;
        };
        let (one, link) = (&table[446..462], &table[462..478]);
        if one[4] != 0 {
            partitions.push(Partition {
                number,
                start: place + little(&one[8..12]),
                sectors: little(&one[12..16]),
                is_efi_system: false,
            });
        }
        next = (link[4] != 0).then(|| base + little(&link[8..12]));
    }
    partitions
}

fn little(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .rev()
        .fold(0, |value, byte| value << 8 | u64::from(*byte))
}

/// Returns whether a disk can only be started by UEFI, by its first 34 sectors: it has
/// an EFI system partition, and nothing that a BIOS could start from.
pub fn is_uefi_only(head: &[u8]) -> bool {
    if head.get(512..520) != Some(b"EFI PART") {
        return false;
    }
    let kinds: Vec<&[u8]> = head[1024.min(head.len())..]
        .chunks_exact(128)
        .map(|entry| &entry[..16])
        .collect();
    let has = |kind: [u8; 16]| kinds.iter().any(|found| **found == kind);
    let boot_code = head[..440].iter().any(|byte| *byte != 0);
    has(EFI_SYSTEM) && !has(BIOS_BOOT) && !boot_code
}

const fn guid(a: u32, b: u16, c: u16, d: u64) -> [u8; 16] {
    let (a, b, c, d) = (
        a.to_le_bytes(),
        b.to_le_bytes(),
        c.to_le_bytes(),
        d.to_be_bytes(),
    );
    [
        a[0], a[1], a[2], a[3], b[0], b[1], c[0], c[1], d[0], d[1], d[2], d[3], d[4], d[5], d[6],
        d[7],
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_gpt(kinds: &[[u8; 16]], code: u8) -> Vec<u8> {
        let mut head = vec![0; 34 * 512];
        head[0] = code;
        head[512..520].copy_from_slice(b"EFI PART");
        for (index, kind) in kinds.iter().enumerate() {
            let entry = &mut head[1024 + index * 128..][..128];
            entry[..16].copy_from_slice(kind);
            entry[32..40].copy_from_slice(&(2048 * (index as u64 + 1)).to_le_bytes());
            entry[40..48].copy_from_slice(&(2048 * (index as u64 + 2) - 1).to_le_bytes());
        }
        head
    }

    fn entry(kind: u8, start: u32, sectors: u32) -> [u8; 16] {
        let mut entry = [0; 16];
        entry[4] = kind;
        entry[8..12].copy_from_slice(&start.to_le_bytes());
        entry[12..].copy_from_slice(&sectors.to_le_bytes());
        entry
    }

    fn sector(entries: &[[u8; 16]]) -> [u8; 512] {
        let mut bytes = [0; 512];
        for (index, entry) in entries.iter().enumerate() {
            bytes[446 + index * 16..][..16].copy_from_slice(entry);
        }
        bytes[510..].copy_from_slice(&[0x55, 0xaa]);
        bytes
    }

    #[test]
    fn a_disk_for_uefi_alone_is_told_from_others() {
        let (esp, bios) = (EFI_SYSTEM, BIOS_BOOT);
        assert!(is_uefi_only(&with_gpt(&[esp], 0)));
        assert!(!is_uefi_only(&with_gpt(&[esp], 0xeb)));
        assert!(!is_uefi_only(&with_gpt(&[bios, esp], 0)));
        assert!(!is_uefi_only(&with_gpt(&[], 0)));
        assert!(!is_uefi_only(&vec![0; 34 * 512]));
        assert!(!is_uefi_only(b"short"));
    }

    #[test]
    fn partitions_of_a_gpt() {
        let table = Table::read(&with_gpt(&[BIOS_BOOT, EFI_SYSTEM], 0), &mut |_| None);
        assert_eq!(table.kind, Kind::Gpt);
        let found: Vec<_> = table
            .partitions
            .iter()
            .map(|part| (part.number, part.start, part.sectors, part.is_efi_system))
            .collect();
        assert_eq!(found, [(1, 2048, 2048, false), (2, 4096, 2048, true)]);
    }

    #[test]
    fn partitions_of_an_mbr_with_logical_ones() {
        let first = sector(&[entry(0x83, 2048, 100), entry(0x05, 4096, 1000)]);
        let mut chain = |place| match place {
            4096 => Some(sector(&[entry(0x83, 63, 10), entry(0x05, 200, 20)])),
            // The last one points back, which must not go on for ever.
            4296 => Some(sector(&[entry(0x82, 63, 20), entry(0x05, 200, 20)])),
            _ => None,
        };
        let table = Table::read(&first, &mut chain);
        assert_eq!(table.kind, Kind::Mbr);
        let places: Vec<_> = table.partitions[..3]
            .iter()
            .map(|part| (part.number, part.start, part.sectors))
            .collect();
        assert_eq!(places, [(1, 2048, 100), (5, 4159, 10), (6, 4359, 20)]);
        assert!(table.partitions.len() < 64);
    }

    #[test]
    fn a_file_system_without_a_table() {
        let mut fat = sector(&[entry(0x83, 1, 1)]);
        fat[54..62].copy_from_slice(b"FAT16   ");
        for head in [fat.to_vec(), vec![0; 512], b"short".to_vec()] {
            let table = Table::read(&head, &mut |_| None);
            assert_eq!((table.kind, table.partitions.len()), (Kind::None, 0));
        }
    }
}
