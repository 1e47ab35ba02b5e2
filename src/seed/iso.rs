//! A CD image of a few small files: ISO 9660 (ECMA-119), with their real names both
//! in Rock Ridge (IEEE P1282, which every Linux and BSD reads) and in Joliet (which
//! Windows reads).
//!
//! ```text
//! sector 16  primary descriptor        20  path table, big endian
//!        17  Joliet's descriptor       21  Joliet's path tables, 22 as well
//!        18  end of the descriptors    23  root folder
//!        19  path table                24  Joliet's root folder
//!                                      25  the files
//! ```

const SECTOR: usize = 2048;
const FIRST_FILE: u32 = 25;
/// ECMA-119 6.8.1: the folder itself and the one above it.
const SELF: &[u8] = &[0];
const PARENT: &[u8] = &[1];

/// Which of the two trees.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tree {
    Primary,
    Joliet,
}

impl Tree {
    fn root(self) -> u32 {
        match self {
            Self::Primary => 23,
            Self::Joliet => 24,
        }
    }

    fn path_table(self) -> u32 {
        match self {
            Self::Primary => 19,
            Self::Joliet => 21,
        }
    }

    /// Returns a text as the tree has it.
    fn text(self, text: &str) -> Vec<u8> {
        match self {
            Self::Primary => text.bytes().collect(),
            Self::Joliet => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        }
    }

    /// Returns a name as the tree has it. Rock Ridge has the real one elsewhere.
    fn name(self, name: &str) -> Vec<u8> {
        match self {
            Self::Joliet => self.text(name),
            Self::Primary => {
                let plain = name.chars().filter(char::is_ascii_alphanumeric).take(8);
                format!("{}.;1", plain.collect::<String>().to_ascii_uppercase()).into_bytes()
            }
        }
    }
}

/// Returns the image. Names are sorted, short, and differ in their first letters; the
/// same input gives the same bytes.
pub(super) fn image(label: &str, files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut next = FIRST_FILE;
    let mut places = Vec::new();
    for (_, content) in files {
        places.push(next);
        next += sectors(content.len());
    }
    let mut image = vec![0; 16 * SECTOR];
    put(&mut image, &descriptor(Tree::Primary, label, next));
    put(&mut image, &descriptor(Tree::Joliet, label, next));
    put(&mut image, b"\xffCD001\x01");
    for tree in [Tree::Primary, Tree::Joliet] {
        put(&mut image, &path_table(u32::to_le_bytes, [1, 0], tree));
        put(&mut image, &path_table(u32::to_be_bytes, [0, 1], tree));
    }
    for tree in [Tree::Primary, Tree::Joliet] {
        put(&mut image, &folder(tree, files, &places));
    }
    for (_, content) in files {
        put(&mut image, content);
    }
    image
}

fn sectors(length: usize) -> u32 {
    length.div_ceil(SECTOR) as u32
}

/// Adds what fills whole sectors.
fn put(image: &mut Vec<u8>, bytes: &[u8]) {
    image.extend_from_slice(bytes);
    image.resize(image.len().next_multiple_of(SECTOR), 0);
}

/// A number in both orders (ECMA-119 7.3.3).
fn both(number: u32) -> [u8; 8] {
    let mut bytes = [0; 8];
    bytes[..4].copy_from_slice(&number.to_le_bytes());
    bytes[4..].copy_from_slice(&number.to_be_bytes());
    bytes
}

/// A short number in both orders (ECMA-119 7.2.3).
fn both_short(number: u16) -> [u8; 4] {
    let [low, high] = number.to_le_bytes();
    [low, high, high, low]
}

/// ECMA-119 8.4 and 8.5.
fn descriptor(tree: Tree, label: &str, total: u32) -> Vec<u8> {
    let mut bytes = vec![if tree == Tree::Primary { 1 } else { 2 }];
    bytes.extend_from_slice(b"CD001\x01\0");
    let padded = |text: &str, length: usize| {
        let mut text = tree.text(text);
        let blank = tree.text(" ");
        while text.len() < length {
            text.extend_from_slice(&blank);
        }
        text.truncate(length);
        text
    };
    bytes.extend(padded("", 32));
    bytes.extend(padded(label, 32));
    bytes.extend([0; 8]);
    bytes.extend(both(total));
    let mut escapes = [0; 32];
    if tree == Tree::Joliet {
        // UCS-2, level 3.
        escapes[..3].copy_from_slice(b"%/E");
    }
    bytes.extend(escapes);
    bytes.extend(both_short(1));
    bytes.extend(both_short(1));
    bytes.extend(both_short(SECTOR as u16));
    bytes.extend(both(10));
    bytes.extend(tree.path_table().to_le_bytes());
    bytes.extend([0; 4]);
    bytes.extend((tree.path_table() + 1).to_be_bytes());
    bytes.extend([0; 4]);
    bytes.extend(record(SELF, tree.root(), SECTOR, true, &[]));
    for length in [128, 128, 128, 128, 37, 37, 37] {
        bytes.extend(padded("", length));
    }
    for _ in 0..4 {
        // No date: the same input gives the same bytes.
        bytes.extend_from_slice(b"0000000000000000\0");
    }
    bytes.push(1);
    bytes
}

/// A path table that has the root alone (ECMA-119 9.4).
fn path_table(order: fn(u32) -> [u8; 4], parent: [u8; 2], tree: Tree) -> Vec<u8> {
    let mut bytes = vec![1, 0];
    bytes.extend(order(tree.root()));
    bytes.extend(parent);
    bytes.extend([0, 0]);
    bytes
}

fn folder(tree: Tree, files: &[(&str, &[u8])], places: &[u32]) -> Vec<u8> {
    let rock_ridge = |fields: Vec<u8>| match tree {
        Tree::Primary => fields,
        Tree::Joliet => Vec::new(),
    };
    let mut own = b"SP\x07\x01\xbe\xef\0".to_vec();
    own.extend(mode(0o040_555, 2));
    own.extend_from_slice(b"ER\x12\x01\x0a\0\0\x01RRIP_1991A");
    let mut bytes = record(SELF, tree.root(), SECTOR, true, &rock_ridge(own));
    let above = rock_ridge(mode(0o040_555, 2));
    bytes.extend(record(PARENT, tree.root(), SECTOR, true, &above));
    for ((name, content), place) in files.iter().zip(places) {
        let mut fields = mode(0o100_444, 1);
        fields.extend_from_slice(b"NM");
        fields.extend([5 + name.len() as u8, 1, 0]);
        fields.extend_from_slice(name.as_bytes());
        let (name, fields) = (tree.name(name), rock_ridge(fields));
        bytes.extend(record(&name, *place, content.len(), false, &fields));
    }
    debug_assert!(bytes.len() <= SECTOR, "a folder of a few files");
    bytes
}

/// `PX`: mode and links; owner and group are root (P1282 4.1.1).
fn mode(mode: u32, links: u32) -> Vec<u8> {
    let mut bytes = b"PX\x24\x01".to_vec();
    for number in [mode, links, 0, 0] {
        bytes.extend(both(number));
    }
    bytes
}

/// ECMA-119 9.1.
fn record(name: &[u8], place: u32, length: usize, is_folder: bool, fields: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0];
    bytes.extend(both(place));
    bytes.extend(both(length as u32));
    // 1970-01-01: the same input gives the same bytes.
    bytes.extend([70, 1, 1, 0, 0, 0, 0]);
    bytes.extend([if is_folder { 2 } else { 0 }, 0, 0]);
    bytes.extend(both_short(1));
    bytes.push(name.len() as u8);
    bytes.extend_from_slice(name);
    bytes.resize(bytes.len().next_multiple_of(2), 0);
    bytes.extend_from_slice(fields);
    bytes.resize(bytes.len().next_multiple_of(2), 0);
    bytes[0] = bytes.len() as u8;
    bytes
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    fn number(bytes: &[u8]) -> usize {
        u32::from_le_bytes(bytes[..4].try_into().unwrap()) as usize
    }

    /// Reads an image as a kernel does: the files by their names, of either tree.
    pub(in crate::seed) fn files(image: &[u8], joliet: bool) -> Vec<(String, Vec<u8>)> {
        let sector = |at: usize| &image[at * SECTOR..];
        let descriptor = sector(16 + usize::from(joliet));
        assert_eq!(&descriptor[1..6], b"CD001");
        assert_eq!(number(&descriptor[80..]) * SECTOR, image.len());
        let folder = sector(number(&descriptor[156 + 2..]));
        let (mut at, mut found) = (0, Vec::new());
        while folder[at] != 0 {
            let record = &folder[at..at + usize::from(folder[at])];
            at += record.len();
            let length = usize::from(record[32]);
            if record[25] & 2 != 0 {
                continue;
            }
            let raw = &record[33..33 + length];
            let name = if joliet {
                let units = raw
                    .chunks(2)
                    .map(|two| u16::from_be_bytes([two[0], two[1]]));
                String::from_utf16(&units.collect::<Vec<_>>()).unwrap()
            } else {
                let mut fields = &record[(33 + length).next_multiple_of(2)..];
                while &fields[..2] != b"NM" {
                    fields = &fields[usize::from(fields[2])..];
                }
                String::from_utf8(fields[5..usize::from(fields[2])].to_vec()).unwrap()
            };
            let (place, size) = (number(&record[2..]), number(&record[10..]));
            found.push((name, sector(place)[..size].to_vec()));
        }
        found
    }

    #[test]
    fn files_are_found_by_their_names_in_both_trees() {
        let long = vec![b'x'; 5000];
        let image = image("cidata", &[("meta-data", b"a: b\n"), ("user-data", &long)]);
        assert_eq!(&image[16 * SECTOR + 40..16 * SECTOR + 47], b"cidata ");
        let wanted = vec![
            ("meta-data".to_owned(), b"a: b\n".to_vec()),
            ("user-data".to_owned(), long),
        ];
        assert_eq!(files(&image, false), wanted);
        assert_eq!(files(&image, true), wanted);
        assert_eq!(image.len(), (25 + 1 + 3) * SECTOR);
    }
}
