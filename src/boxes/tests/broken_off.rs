//! Interrupts, kills, full disks, and two processes at once.

use super::*;

/// Presses Ctrl-C once something has come.
struct Impatient(crate::host::Cancel);

impl crate::event::Listener for Impatient {
    fn event(&self, event: Event) {
        if matches!(event, Event::Progress { .. }) {
            self.0.set();
        }
    }
}

#[test]
fn an_interrupt_keeps_the_download_and_nothing_else() {
    let lab = Lab::new();
    let bytes = lab.serve();
    lab.server.fail("/x.box", Fault::Stall(400_000));
    let mut impatient = Lab {
        host: lab.host.clone(),
        ..lab
    };
    let cancel = crate::host::Cancel::new();
    impatient.host.cancel = cancel.clone();
    impatient.host.listener = Arc::new(Impatient(cancel));
    let failure = error(impatient.fetch());
    assert_eq!(failure.kind(), crate::error::Kind::Interrupted);
    impatient.assert_nothing_hidden();
    let kept = impatient.kept()[0].metadata().unwrap().len();
    impatient.host.cancel = crate::host::Cancel::new();
    impatient.host.listener = Arc::new(crate::event::Silent);
    impatient.fetch().unwrap();
    let last = impatient.server.requests("/x.box").pop().unwrap();
    assert_eq!(last.sent, bytes.len() as u64 - kept);
}

#[cfg(unix)]
#[test]
fn too_little_room_is_known_before_the_first_byte() {
    let lab = Lab::new();
    let huge = lab.root.path().join("huge");
    std::fs::File::create(&huge)
        .unwrap()
        .set_len(1 << 43)
        .unwrap();
    lab.server.file_on_disk("/x.box", &huge);
    let failure = error(lab.add());
    assert!(
        matches!(failure.downcast_ref(), Some(BoxError::NoSpace { .. })),
        "{failure}"
    );
    lab.assert_nothing_hidden();
}

#[test]
fn what_an_interrupted_add_left_is_cleaned() {
    let lab = Lab::new();
    lab.serve();
    let boxes = lab.host.dirs.home.join("boxes");
    for left in [".adding-0123456789abcdef", ".removing-0123456789abcdef"] {
        std::fs::create_dir_all(boxes.join(left).join("dir")).unwrap();
    }
    let own = boxes.join(format!(".adding-{}", digest::short("x")));
    std::fs::create_dir_all(&own).unwrap();
    std::fs::write(own.join("metadata.json"), "half").unwrap();
    assert!(
        Store::open(&lab.host).list().unwrap().is_empty(),
        "and invisible"
    );
    lab.add().unwrap();
    lab.assert_nothing_hidden();
}

#[test]
fn two_that_want_the_same_box_fetch_it_once() {
    let mut lab = Lab::new();
    lab.host.clock = Host::system().unwrap().clock;
    let bytes = lab.serve();
    let pause = Duration::from_millis(40);
    lab.server.always("/x.box", Fault::Slow(64 << 10, pause));
    let text = catalog(&lab.server.url("/x.box"), &sha256(&bytes));
    lab.server.catalog("org/x", &text);
    let request = Request::new("org/x", &["libvirt"], Architecture::Default);
    let dirs: Vec<PathBuf> = std::thread::scope(|scope| {
        let both = [(); 2].map(|()| scope.spawn(|| ensure(&lab.host, &request)));
        both.map(|thread| thread.join().unwrap().unwrap().dir)
            .to_vec()
    });
    assert_eq!(dirs[0], dirs[1]);
    assert_eq!(lab.server.requests("/x.box").len(), 1);
    let lines = lab.lines().join("\n");
    assert!(
        lines.contains("is being added by another rove (pid "),
        "{lines}"
    );
}

/// Runs in a process of its own, to be killed; does nothing in the others. See
/// the next test.
#[test]
fn child_that_adds() {
    let Some(home) = std::env::var_os("ROVE_TEST_HOME") else {
        return;
    };
    let mut host = Host::system().unwrap();
    host.dirs = Dirs::below(Path::new(&home));
    host.env = Arc::new(Env::default());
    let mut request = Request::new("x", &[], Architecture::Default);
    request.urls = vec![std::env::var("ROVE_TEST_URL").unwrap()];
    let _ = add(&host, &request);
}

#[test]
fn a_killed_run_is_gone_on_with_by_the_next_one() {
    let lab = Lab::new();
    let bytes = lab.serve();
    lab.server.always("/x.box", Fault::Stall(800_000));
    let mut child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "boxes::tests::broken_off::child_that_adds"])
        .env("ROVE_TEST_HOME", lab.root.path())
        .env("ROVE_TEST_URL", lab.server.url("/x.box"))
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let start = std::time::Instant::now();
    // A piece that was on its way is lost, no more.
    let least = 800_000 - (256 << 10);
    let kept = || {
        lab.kept()
            .first()
            .map_or(0, |path| path.metadata().unwrap().len())
    };
    while kept() < least && start.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(10));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let kept = kept();
    assert!(kept >= least, "{kept}");
    assert!(Store::open(&lab.host).list().unwrap().is_empty());
    lab.server.recover("/x.box");
    let installed = lab.add().unwrap();
    assert!(std::fs::read(installed.dir.join("box.img")).unwrap() == noise(1 << 20));
    let last = lab.server.requests("/x.box").pop().unwrap();
    assert_eq!(last.sent, bytes.len() as u64 - kept);
    lab.assert_nothing_hidden();
}
