//! Boxes without metadata, or with another provider than was promised.

use super::*;

#[test]
fn the_oldest_boxes_get_metadata() {
    let lab = Lab::new();
    lab.server
        .file("/x.box", tar_of(&[file("box.ovf", b"<Envelope/>")]));
    assert_eq!(lab.add().unwrap().provider, "virtualbox");
}

#[test]
fn a_box_for_another_provider_than_promised_is_refused() {
    let lab = Lab::new();
    let bytes = lab.serve();
    let text = catalog(&lab.server.url("/x.box"), &sha256(&bytes)).replace("libvirt", "qemu");
    lab.server.catalog("org/x", &text);
    let request = Request::new("org/x", &["qemu"], Architecture::Default);
    assert!(matches!(
        error(ensure(&lab.host, &request)).downcast_ref(),
        Some(BoxError::ProviderDiffers { .. })
    ));
    let mut request = request_for("x", &lab.server.url("/x.box"));
    request.providers = vec!["docker".to_owned()];
    assert!(matches!(
        error(ensure(&lab.host, &request)).downcast_ref(),
        Some(BoxError::NoProvider { .. })
    ));
    lab.assert_nothing_hidden();
}
