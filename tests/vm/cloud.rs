//! Images as distributions publish them for clouds: nobody to log in as, until
//! cloud-init has made the user.

use crate::http::Server;
use crate::support::lab::Lab;
use crate::support::{boxes, unpack};

fn vagrantfile(url: &str, more: &str) -> String {
    format!(
        "Vagrant.configure('2') do |config|
  config.vm.box = 'debian/12-cloud'
  config.vm.box_url = '{url}'
  config.vm.synced_folder '.', '/vagrant', disabled: true
  config.vm.provider('qemu') {{ |q| q.cpus = 2; q.memory = 512 }}
  {more}
end
"
    )
}

#[test]
fn a_bare_image_becomes_a_machine() {
    let lab = Lab::empty();
    let server = Server::start();
    let image = "/12/debian12-cloud.qcow2";
    server.file_on_disk(image, boxes().join("debian12-cloud.qcow2"));
    let sums = std::fs::read(boxes().join("SHA256SUMS")).unwrap();
    server.file("/12/SHA256SUMS", sums);
    std::fs::write(
        lab.dir().join("hello.sh"),
        "#!/bin/sh\necho hello >/hello\n",
    )
    .unwrap();
    let more = "config.vm.define 'web'
  config.vm.cloud_init content_type: 'text/cloud-config', inline: <<~END
    write_files: [{path: /etc/lesson, content: chapter 5}]
    users: [default, {name: student}]
  END
  config.vm.cloud_init content_type: 'text/x-shellscript', path: 'hello.sh'
  config.vm.provision 'shell', inline: 'cat /etc/lesson /hello; getent passwd student >/dev/null && echo both'";
    std::fs::write(
        lab.dir().join("Vagrantfile"),
        vagrantfile(&server.url(image), more),
    )
    .unwrap();

    let up = lab.rove(&["up"]);
    for said in [
        "SHA256SUMS says what debian12-cloud.qcow2 must hash to",
        "the disk now has 20 GiB",
        "Wait until cloud-init is done",
        "chapter 5",
        "hello",
        "both",
    ] {
        assert!(up.contains(said), "`{said}` is not in\n{up}");
    }
    let asked = "id -un; hostname; sudo id -un; df --output=size -BG / | tail -n 1; getent passwd vagrant | cut -d: -f7; sudo grep -c . ~/.ssh/authorized_keys";
    let wanted = ["vagrant", "web", "root", "20G", "/bin/bash", "1"];
    let guest = lab.rove(&["ssh", "-c", asked]);
    let lines: Vec<&str> = guest.lines().map(str::trim).collect();
    assert_eq!(lines, wanted);
    lab.rove(&["reload"]);
    let guest = lab.rove(&["ssh", "-c", asked]);
    assert_eq!(guest.lines().map(str::trim).collect::<Vec<_>>(), wanted);
    assert_eq!(
        server.requests(image).len(),
        2,
        "looked at, and fetched once"
    );
    lab.rove(&["destroy", "-f"]);
    lab.nothing_is_left();
}

#[test]
fn an_image_without_cloud_init_is_told_within_the_wait() {
    let lab = Lab::empty();
    let made = lab.root.path().join("box");
    unpack("debian12", &made);
    let image = lab.dir().join("plain.qcow2");
    std::fs::rename(made.join("box.img"), &image).unwrap();
    let text = vagrantfile("plain.qcow2", "config.vm.boot_timeout = 600");
    std::fs::write(lab.dir().join("Vagrantfile"), text).unwrap();
    let output = lab.try_rove(&["up"]);
    assert_eq!(output.status.code(), Some(1));
    let errors = String::from_utf8_lossy(&output.stderr);
    for said in [
        "started without cloud-init",
        "last lines of the console",
        "`rove box create`",
    ] {
        assert!(errors.contains(said), "`{said}` is not in\n{errors}");
    }
    lab.rove(&["destroy", "-f"]);
    lab.nothing_is_left();
}
