//! Tests of the loop with a fake machine and a fake guest. The machine's state
//! is files in its folder, so it outlives a command as a real one does.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::communicators::{Communicator, NotReady, Stage, Stream};
use crate::config::{
    CloudInit, CloudInitContent, Connection, Diagnostic, Endpoint, ForwardedPort, Network,
    NetworkKind, ProviderBlock, Provisioner, Run, Size, Value,
};
use crate::error::{Failure, Interrupted, Kind};
use crate::event::{Event, Recorder};
use crate::guests::Guest;
use crate::host::{Cancel, Dirs, Env, FakeClock, files};
use crate::network::ports::PortError;
use crate::op::{Content, Script};
use crate::plan::{self, CloudInitRole, Observed, Plan, ProvisionChoice};
use crate::providers::{Capabilities, PortTaken, Power, SeedDisk};
use crate::state::{MachineIndex, Record};

struct FakeProvider {
    /// What goes wrong: "port" (2222 is taken), "create", "interrupt create", "dies", "silent".
    fault: &'static str,
}

static CAPABILITIES: Capabilities = Capabilities {
    box_providers: &["fake"],
    share_kinds: &[],
    forwarded_ports: true,
    snapshots: false,
    suspend: false,
    parallel: true,
    box_optional: true,
    seeds: true,
};

impl Provider for FakeProvider {
    fn name(&self) -> &'static str {
        "fake"
    }
    fn capabilities(&self) -> &Capabilities {
        &CAPABILITIES
    }
    fn probe(&self, _: &Host) -> Result<()> {
        Ok(())
    }
    fn check(&self, _: &MachineConfig) -> Vec<Diagnostic> {
        Vec::new()
    }
    fn describe(&self, _: &Host, _: &MachineSpec) -> Result<Vec<crate::providers::Detail>> {
        Ok(Vec::new())
    }
    fn open<'a>(&'a self, dir: &'a Path, host: &'a Host) -> Result<Box<dyn Machine + 'a>> {
        Ok(Box::new(FakeMachine {
            fault: self.fault,
            dir: dir.to_owned(),
            host,
        }))
    }
}

struct FakeMachine<'a> {
    fault: &'static str,
    dir: PathBuf,
    host: &'a Host,
}

impl FakeMachine<'_> {
    fn has(&self, name: &str) -> bool {
        self.dir.join(name).exists()
    }
    fn put(&self, name: &str) -> Result<()> {
        files::write_atomic(&self.dir.join(name), b"")
    }
}

impl Machine for FakeMachine<'_> {
    fn power(&self) -> Result<Power> {
        Ok(match (self.has("disk"), self.has("running")) {
            (false, _) => Power::Absent,
            (true, false) => Power::Off,
            (true, true) => Power::Running,
        })
    }
    fn create(&mut self, _: &MachineSpec) -> Result<()> {
        self.put("half-a-disk")?;
        match self.fault {
            "create" => Err(Bug {
                what: "no disk".to_owned(),
            }
            .into()),
            "interrupt create" => {
                self.host.cancel.set();
                Err(Interrupted.into())
            }
            _ => self.put("disk"),
        }
    }
    fn start(&mut self, spec: &MachineSpec) -> Result<()> {
        files::write_atomic(&self.dir.join("console"), b"boot 1\r\n\x1b[1mboot 2\r\n")?;
        if self.fault == "dies" {
            return Ok(());
        }
        if self.fault == "port" && spec.forwards[0].host == 2222 {
            return Err(PortTaken {
                port: 2222,
                machine: "web".to_owned(),
            }
            .into());
        }
        self.put("running")
    }
    fn stop(&mut self, _: Option<Duration>) -> Result<()> {
        files::remove_file(&self.dir.join("running"))
    }
    fn destroy(&mut self) -> Result<()> {
        self.host.cancel.check()?;
        for name in ["half-a-disk", "disk", "running", "console"] {
            files::remove_file(&self.dir.join(name))?;
        }
        Ok(())
    }
    fn endpoint(&self) -> Result<Option<Endpoint>> {
        Ok(Some(Endpoint {
            host: "127.0.0.1".to_owned(),
            port: if self.fault == "silent" { 1 } else { 2222 },
        }))
    }
    fn forwards(&self) -> Result<Vec<ForwardedPort>> {
        Ok(Vec::new())
    }
    fn console(&self) -> Option<PathBuf> {
        Some(self.dir.join("console"))
    }
}

/// A guest that answers at port 2222 and logs what it is told to `log`.
struct FakeGuest {
    log: PathBuf,
    silent: bool,
    clock: Arc<dyn crate::host::Clock>,
}

impl Access for FakeGuest {
    fn guest(&mut self) -> &mut dyn Communicator {
        self
    }
    fn replace_insecure_key(&mut self, _: &str, key: &Path, _: &'static Guest) -> Result<bool> {
        files::write_atomic(key, b"key").map(|()| true)
    }
}

impl Communicator for FakeGuest {
    fn wait_ready(
        &mut self,
        limit: Duration,
        watch: &mut dyn FnMut(Stage) -> Result<()>,
    ) -> Result<()> {
        for _ in 0..4 {
            self.clock.sleep(Duration::from_secs(1))?;
            watch(Stage::Connect)?;
        }
        if self.silent {
            return Err(NotReady {
                stage: Stage::Connect,
                limit,
                address: String::new(),
                user: "vagrant".to_owned(),
                reason: "nothing greeted".to_owned(),
            }
            .into());
        }
        watch(Stage::Ready)
    }
    fn exec(&mut self, script: &Script, line: &mut dyn FnMut(Stream, &str)) -> Result<i32> {
        if *script == guests::detect_script() {
            line(Stream::Stdout, "debian");
            return Ok(0);
        }
        if script.text.contains("/run/cloud-init") {
            let said = files::read_text_if_exists(&self.log.with_file_name("cloud-init"))?;
            for text in said.as_deref().unwrap_or("starting").lines() {
                line(Stream::Stdout, text);
            }
            return Ok(0);
        }
        files::append_synced(&self.log, script.text.as_bytes())?;
        line(Stream::Stdout, "hello");
        Ok(if script.text.contains("false") { 3 } else { 0 })
    }
    fn upload(&mut self, content: &Content, to: &str, _: Option<u32>) -> Result<()> {
        let text = format!("upload {to} {content:?}\n");
        files::append_synced(&self.log, text.as_bytes())?;
        let bad = matches!(content, Content::Bytes(bytes) if bytes.starts_with(b"fail"));
        if bad {
            return Err(Bug {
                what: "upload failed".to_owned(),
            }
            .into());
        }
        Ok(())
    }
    fn download(&mut self, _: &str, _: &Path) -> Result<()> {
        Ok(())
    }
    fn reset(&mut self) {}
}

use crate::guests;

fn opener(connection: Connection, host: &Host) -> Result<Box<dyn Access>> {
    Ok(Box::new(FakeGuest {
        log: host.dirs.home.join("guest.log"),
        silent: connection.endpoint.port == 1,
        clock: Arc::clone(&host.clock),
    }))
}

struct World {
    _dir: tempfile::TempDir,
    host: Host,
    events: Arc<Recorder>,
    config: MachineConfig,
    root: PathBuf,
    provider: &'static FakeProvider,
}

impl World {
    fn new(fault: &'static str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let events = Arc::new(Recorder::default());
        let mut host = Host::system()
            .unwrap()
            .with_listener(Arc::clone(&events) as Arc<dyn crate::event::Listener>);
        host.env = Arc::new(Env::default());
        host.dirs = Dirs::below(dir.path());
        host.clock = Arc::new(FakeClock::default());
        host.cancel = Cancel::new();
        Self {
            host,
            events,
            config: MachineConfig {
                name: "web".to_owned(),
                provider: "fake".to_owned(),
                boot_timeout: Duration::from_secs(300),
                ..MachineConfig::default()
            },
            root: dir.path().join("lab"),
            provider: Box::leak(Box::new(FakeProvider { fault })),
            _dir: dir,
        }
    }

    fn shell(mut self, script: &str) -> Self {
        self.config.provisioners.push(Provisioner {
            kind: "shell".to_owned(),
            run: Run::Once,
            options: vec![("inline".to_owned(), Value::String(script.to_owned()))],
            ..Provisioner::default()
        });
        self
    }

    /// What cloud-init in the guest says of itself; without a word it never starts.
    fn cloud_init(mut self, says: Option<&str>) -> Self {
        self.config.cloud_init.push(CloudInit {
            content_type: "text/cloud-config".to_owned(),
            content: CloudInitContent::Inline("packages: [tree]".to_owned()),
        });
        if let Some(says) = says {
            let at = self.host.dirs.home.join("cloud-init");
            files::write_atomic(&at, says.as_bytes()).unwrap();
        }
        self
    }

    fn has_parts(&self) -> bool {
        !self.config.cloud_init.is_empty()
    }

    fn folder(&self) -> MachineFolder {
        MachineFolder::new(&self.root.join(".rove"), "web", "fake")
    }

    fn record(&self) -> Record {
        self.folder().read()
    }

    fn power(&self) -> Power {
        let folder = self.folder();
        self.provider
            .open(folder.path(), &self.host)
            .unwrap()
            .power()
            .unwrap()
    }

    fn run(&self, command: &'static str, plan: impl Fn(&Observed) -> Plan) -> Result<()> {
        let record = self.record();
        let seen = Observed {
            power: self.power(),
            known: record.id.is_some(),
            has_key: record.private_key.is_some(),
            provisioned: record.provisioned,
            unfinished: record.unfinished,
            cloud_init: if self.has_parts() {
                CloudInitRole::Parts
            } else {
                CloudInitRole::None
            },
            ..Observed::default()
        };
        let work = Work {
            host: &self.host,
            command,
            config: &self.config,
            root: &self.root,
            folder: self.folder(),
            provider: self.provider,
            spec: MachineSpec {
                seed: self.has_parts().then(|| SeedDisk {
                    path: self.folder().file("seed.iso"),
                    makes_user: false,
                }),
                name: "web".to_owned(),
                lab: "lab".to_owned(),
                id: "0123456789abcdef".to_owned(),
                box_files: None,
                size: Size::default(),
                block: ProviderBlock::default(),
                networks: Vec::new(),
                forwards: self
                    .config
                    .networks
                    .iter()
                    .filter_map(Network::forwarded_port)
                    .collect(),
                disks: Vec::new(),
                base_mac: None,
                graceful_halt_timeout: Duration::from_secs(60),
            },
            box_meta: None,
            destroy_on_error: false,
            opener,
        };
        super::run(&plan(&seen), &work)
    }

    fn up(&self) -> Result<()> {
        self.run("up", |seen| {
            plan::up(
                &self.config,
                seen,
                &CAPABILITIES,
                &ProvisionChoice::default(),
            )
            .unwrap()
        })
    }

    fn destroy(&self) -> Result<()> {
        self.run("destroy", |seen| {
            plan::destroy(&self.config, seen, false).unwrap()
        })
    }

    fn nothing_is_left(&self) {
        assert!(!self.root.join(".rove").exists());
        assert_eq!(MachineIndex::new(&self.host).entries(), []);
        assert!(!self.host.dirs.runtime.join("ssh/0123456789ab").exists());
    }

    fn steps(&self) -> Vec<String> {
        self.events
            .events()
            .into_iter()
            .filter_map(|event| match event {
                Event::StepDone { title, .. } => Some(title),
                _ => None,
            })
            .collect()
    }
}

#[test]
fn up_makes_a_machine_and_destroy_leaves_nothing() {
    let world = World::new("").shell("true");
    world.up().unwrap();
    let steps = [
        "make the machine",
        "start it",
        "wait until it answers",
        "replace the insecure key",
        "provision: shell",
    ];
    assert_eq!(world.steps(), steps);
    let record = world.record();
    assert_eq!(world.power(), Power::Running);
    assert!(record.provisioned && record.private_key.is_some() && record.unfinished.is_none());
    let index = MachineIndex::new(&world.host);
    assert_eq!(index.find("0123456").unwrap().state, "running");
    world.destroy().unwrap();
    world.nothing_is_left();
}

#[test]
fn a_machine_that_cannot_be_made_leaves_nothing() {
    let world = World::new("create");
    assert_eq!(world.up().unwrap_err().to_string(), "no disk");
    world.nothing_is_left();
}

#[test]
fn an_interrupt_while_making_leaves_nothing() {
    let world = World::new("interrupt create");
    assert_eq!(world.up().unwrap_err().kind(), Kind::Interrupted);
    world.nothing_is_left();
}

#[test]
fn a_failed_provisioner_keeps_the_machine_and_the_next_up_runs_it_again() {
    let mut world = World::new("").shell("fail");
    world.up().unwrap_err();
    let unfinished = world.record().unfinished.unwrap();
    assert_eq!(unfinished.step.as_deref(), Some("provision shell"));
    assert!(!unfinished.killed && !world.record().provisioned);
    assert_eq!(world.power(), Power::Running);
    world.config.provisioners.clear();
    let world = world.shell("better");
    world.up().unwrap();
    assert!(world.record().provisioned);
    let log = files::read_text(&world.host.dirs.home.join("guest.log")).unwrap();
    assert!(log.contains("upload"), "{log}");
}

#[test]
fn a_kill_while_making_is_finished_by_up_or_removed_by_destroy() {
    for finish in [true, false] {
        let world = World::new("");
        // What a killed `up` leaves: records, an open journal, half a disk.
        let folder = world.folder();
        folder.begin("0123456789abcdef", &world.root, None).unwrap();
        folder
            .journal("up", false)
            .unwrap()
            .started("create")
            .unwrap();
        files::write_atomic(&folder.file("half-a-disk"), b"").unwrap();
        if finish {
            world.up().unwrap();
            assert_eq!(world.power(), Power::Running);
        }
        world.destroy().unwrap();
        world.nothing_is_left();
    }
}

#[test]
fn a_machine_made_anew_has_no_key_of_the_lost_one() {
    let world = World::new("").shell("true");
    world.up().unwrap();
    let folder = world.folder();
    for lost in ["disk", "running"] {
        files::remove_file(&folder.file(lost)).unwrap();
    }
    files::write_atomic(&folder.file("private_key"), b"stale").unwrap();
    world.up().unwrap();
    let key = files::read(&folder.file("private_key")).unwrap();
    assert_eq!(key, b"key", "the insecure key of the new disk was replaced");
    assert!(world.record().provisioned);
}

#[test]
fn a_kill_while_booting_is_finished_by_up() {
    let world = World::new("").shell("true");
    let folder = world.folder();
    folder.begin("0123456789abcdef", &world.root, None).unwrap();
    let journal = folder.journal("up", false).unwrap();
    for step in ["create", "start"] {
        journal.started(step).unwrap();
        journal.done(step).unwrap();
    }
    journal.started("wait").unwrap();
    for name in ["disk", "running"] {
        files::write_atomic(&folder.file(name), b"").unwrap();
    }
    world.up().unwrap();
    let steps = [
        "wait until it answers",
        "replace the insecure key",
        "provision: shell",
    ];
    assert_eq!(world.steps(), steps);
    assert!(world.record().provisioned && world.record().unfinished.is_none());
}

/// The world where 2222 is taken between the look and the start.
fn taken_meanwhile(auto_correct: bool) -> World {
    let mut world = World::new("port");
    world.config.usable_port_range = (40_000, 40_100);
    world.config.networks.push(Network {
        kind: NetworkKind::ForwardedPort,
        id: "ssh".to_owned(),
        options: vec![
            ("guest".to_owned(), Value::Int(22)),
            ("host".to_owned(), Value::Int(2222)),
            ("auto_correct".to_owned(), Value::Bool(auto_correct)),
        ],
        span: None,
    });
    world
}

#[test]
fn a_port_that_is_taken_meanwhile_moves_if_it_may() {
    let world = taken_meanwhile(true);
    world.up().unwrap();
    let record = world.record();
    assert!(
        (40_000..=40_100).contains(&record.forwards[0].host),
        "{record:?}"
    );
    assert_eq!(world.power(), Power::Running);
    world.destroy().unwrap();
    world.nothing_is_left();

    let world = taken_meanwhile(false);
    let failure = world.up().unwrap_err();
    assert!(failure.downcast_ref::<PortError>().is_some(), "{failure}");
    assert_eq!(world.power(), Power::Off);
}

fn wait_error(failure: &Failure) -> &WaitError {
    failure.downcast_ref().expect("a wait error")
}

#[test]
fn a_machine_that_stops_while_it_boots_ends_the_wait() {
    let world = World::new("dies");
    let failure = world.up().unwrap_err();
    let WaitError::Died { console, .. } = wait_error(&failure) else {
        panic!("{failure}");
    };
    assert_eq!(*console, ["boot 1", "boot 2"]);
    assert_eq!(world.power(), Power::Off);
    assert!(world.record().unfinished.is_some());
}

#[test]
fn a_time_out_shows_stage_and_console() {
    let world = World::new("silent");
    let failure = world.up().unwrap_err();
    assert_eq!(
        failure.to_string(),
        "machine `web` did not answer within 300 s: it got as far as console output"
    );
    let detail = failure.explain().detail().unwrap();
    assert!(detail.contains("nothing greeted") && detail.ends_with("boot 1\nboot 2"));
    assert_eq!(world.power(), Power::Running);
    let waits =
        world.events.events().into_iter().any(
            |event| matches!(event, Event::Waiting { ref stage, .. } if stage == "SSH banner"),
        );
    assert!(waits);
}

#[test]
fn one_that_fails_does_not_stop_the_others() {
    let host = Host::system().unwrap();
    for parallel in [true, false] {
        let job = |name: &str, bad: bool| Job {
            name: name.to_owned(),
            run: Box::new(move || if bad { Err(Interrupted.into()) } else { Ok(1) }),
        };
        let results = batch(&host, vec![job("a", true), job("b", false)], parallel);
        assert_eq!(results[0].0, "a");
        assert!(results[0].1.is_err() && matches!(results[1].1, Ok(1)));
    }
}

#[test]
fn cloud_init_is_given_a_seed_and_waited_for() {
    let world = World::new("").cloud_init(Some(
        "done\n{\"v1\": {\"datasource\": \"DataSourceNoCloud\", \"errors\": []}}",
    ));
    world.up().unwrap();
    let seed = files::read(&world.folder().file("seed.iso")).unwrap();
    let text = String::from_utf8_lossy(&seed);
    assert!(text.contains("packages: [tree]") && text.contains("local-hostname: web"));
}

#[test]
fn cloud_init_that_fails_or_never_starts_ends_the_command() {
    let failed = World::new("").cloud_init(Some(
        "done\n{\"v1\": {\"datasource\": \"DataSourceNoCloud\", \"errors\": [\"no tree\"]}}",
    ));
    let failure = failed.up().unwrap_err();
    assert!(matches!(
        failure.downcast_ref(),
        Some(CloudInitError::Failed { errors, .. }) if errors == &["no tree"]
    ));
    assert_eq!(
        failed.power(),
        Power::Running,
        "the machine is there to be looked at"
    );
    for says in [Some("absent"), Some("disabled"), None] {
        let world = World::new("").cloud_init(says);
        let failure = world.up().unwrap_err();
        let found = failure.downcast_ref();
        assert!(
            matches!(found, Some(CloudInitError::NotThere { .. })),
            "{says:?}"
        );
    }
}
