//! Box files made in a test.

/// Returns a plain tar archive of these files, which is a box.
pub fn box_file(files: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, content) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.set_mtime(1_600_000_000);
        header.set_cksum();
        archive
            .append_data(&mut header, name, content.as_bytes())
            .expect("a file of the box");
    }
    archive.into_inner().expect("the box")
}
