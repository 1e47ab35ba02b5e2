//! What a Vagrantfile may do without being trusted, and how trust is given,
//! kept and taken back.

use super::support::Lab;

/// A lab that nobody trusts.
fn lab(vagrantfile: &str) -> Lab {
    let mut lab = Lab::with(vagrantfile);
    lab.set("ROVE_TRUST", "");
    assert!(lab.install("touch") && lab.install("sh"));
    lab
}

const RUNS: &str = r#"`touch ran`
Vagrant.configure("2") { |config| config.vm.box = "a/b" }
"#;

#[test]
fn a_command_needs_trust() {
    let lab = lab(RUNS);
    let run = lab.rove(&["status"]);
    assert_eq!(run.code, Some(1));
    assert!(!lab.work().join("ran").exists());
    insta::assert_snapshot!(run.stderr, @r"
    error: the Vagrantfile wants to run `touch ran`, and is not trusted with that
     --> Vagrantfile:1:1
    1 | `touch ran`
      | ^^^^^^^^^^^
    hint: look at it; `rove trust` allows this and whatever else these files do, until one of them changes
    hint: `--trust` allows it for one command, `ROVE_TRUST=1` for all
    ");
}

#[test]
fn what_needs_trust_and_what_does_not() {
    let table = [
        // Every one of these ends the load, also where the file rescues errors.
        ("`touch ran`", Some("run `touch ran`")),
        ("system('touch', 'ran')", Some("run `touch ran`")),
        ("exec 'touch ran'", Some("run `touch ran`")),
        ("spawn('touch ran')", Some("run `touch ran`")),
        ("%x(touch ran) rescue nil", Some("run `touch ran`")),
        ("IO.popen('touch ran').read", Some("run `touch ran`")),
        (
            "require 'open3'; Open3.capture3('touch ran')",
            Some("run `touch ran`"),
        ),
        (
            "begin; `touch ran`; rescue Exception; end",
            Some("run `touch ran`"),
        ),
        (
            "begin; `touch ran`; ensure; puts 'on'; end",
            Some("run `touch ran`"),
        ),
        (
            "at_exit { `touch ran` }; `touch ran`",
            Some("run `touch ran`"),
        ),
        ("File.write('ran', 'x')", Some("write `[WORK]/ran`")),
        (
            "File.open('ran', 'w') { |f| f.puts 1 }",
            Some("write `[WORK]/ran`"),
        ),
        (
            "require 'fileutils'; FileUtils.mkdir_p('ran/x')",
            Some("write `[WORK]/ran`"),
        ),
        (
            "require 'fileutils'; FileUtils.rm_f('Vagrantfile')",
            Some("delete `[WORK]/Vagrantfile`"),
        ),
        (
            "File.delete('Vagrantfile')",
            Some("delete `[WORK]/Vagrantfile`"),
        ),
        (
            "File.chmod(0o777, 'Vagrantfile')",
            Some("write `[WORK]/Vagrantfile`"),
        ),
        ("File.symlink('/etc', 'ran')", Some("write `[WORK]/ran`")),
        (
            "File.read('../home/.ssh/id_rsa')",
            Some("read `[HOME]/.ssh/id_rsa`"),
        ),
        ("File.read('link')", Some("read `[HOME]/.ssh/id_rsa`")),
        (
            "File.foreach('/etc/passwd') { }",
            Some("read `/etc/passwd`"),
        ),
        ("load '/etc/passwd'", Some("read `/etc/passwd`")),
        ("Dir.entries('/etc')", Some("list the folder `/etc`")),
        ("ENV['API_TOKEN']", Some("read the variable `API_TOKEN`")),
        (
            "ENV.fetch('API_TOKEN', nil)",
            Some("read the variable `API_TOKEN`"),
        ),
        // None of these does.
        (
            "File.read('s.sh'); File.read(File.join(__dir__, 's.sh'))",
            None,
        ),
        ("Dir.glob('*.sh').map { |f| IO.read(f) }", None),
        (
            "Dir.glob(File.expand_path('~/.ssh/*.pub')).map { |f| File.read(f) }[0].size",
            None,
        ),
        (
            "File.exist?('/etc/passwd') && File.directory?('/etc')",
            None,
        ),
        (
            "File.read('/etc/os-release') if File.exist?('/etc/os-release')",
            None,
        ),
        (
            "begin; File.read('/no/such/file'); rescue Errno::ENOENT; end",
            None,
        ),
        ("require 'etc'; Etc.nprocessors + 1", None),
        ("require 'socket'; Socket.gethostname + ''", None),
        ("require 'rbconfig'; RbConfig::CONFIG['host_os'] + ''", None),
        ("ENV['NO_SUCH_TOKEN'] || ENV['HOME'] + ''", None),
        ("ENV.to_h.key?('API_TOKEN') and raise 'seen'", None),
        ("ENV['X'] = 'y'; Time.now.year + 1", None),
        (
            "require 'fileutils'; FileUtils.mkdir_p('.'); FileUtils.rm_f('gone')",
            None,
        ),
        ("File.write('/dev/null', 'x'); $stderr.puts 'x'", None),
    ];
    for (code, act) in table {
        let mut lab = lab(&format!(
            "{code}\nVagrant.configure('2') {{ |c| c.vm.box = 'a/b' }}\n"
        ));
        lab.set("API_TOKEN", "hush");
        lab.write("s.sh", "echo\n");
        lab.write("../home/.ssh/id_rsa", "hush\n");
        lab.write("../home/.ssh/id_rsa.pub", "key\n");
        let work = lab.work();
        std::os::unix::fs::symlink("../home/.ssh/id_rsa", work.join("link")).unwrap();
        let run = lab.rove(&["config", "--json"]);
        match act {
            Some(act) => {
                let text = &run.stderr;
                assert!(text.contains(act), "{code}: {text}");
                assert!(text.contains("Vagrantfile:1:"), "{code}: {text}");
                assert!(!work.join("ran").exists(), "{code}");
                assert!(!text.contains("hush"), "{code}");
            }
            None => assert_eq!(run.code, Some(0), "{code}: {}", run.stderr),
        }
    }
}

#[test]
fn trust_lasts_until_a_file_changes() {
    let lab = lab("load 'more.rb'\n`touch ran`\nVagrant.configure('2') { |c| c.vm.box = 'a/b' }\n");
    lab.write("more.rb", "A = 1\n");
    assert_eq!(lab.rove(&["trust"]).code, Some(0));
    assert!(lab.work().join("ran").exists());
    assert_eq!(lab.rove(&["status"]).code, Some(0));
    // A copy of the same files elsewhere is another lab.
    lab.write("other/more.rb", "A = 1\n");
    lab.write("other/Vagrantfile", lab.read("Vagrantfile"));
    assert_eq!(lab.rove_in("other", &["status"]).code, Some(1));
    lab.write("more.rb", "A = 2\n");
    let run = lab.rove(&["status"]);
    assert_eq!(run.code, Some(1));
    assert!(
        run.stderr.contains("more.rb changed since"),
        "{}",
        run.stderr
    );
    assert_eq!(lab.rove(&["trust"]).code, Some(0));
    assert_eq!(lab.rove(&["status"]).code, Some(0));
    assert_eq!(lab.rove(&["untrust"]).code, Some(0));
    assert_eq!(lab.rove(&["status"]).code, Some(1));
}

#[test]
fn a_file_that_joins_later_is_asked_about() {
    let lab = lab(
        "Dir.glob('*.rb').sort.each { |f| load File.join(__dir__, f) }\n`touch ran`\nVagrant.configure('2') { |c| c.vm.box = 'a/b' }\n",
    );
    lab.write("a.rb", "A = 1\n");
    assert_eq!(lab.rove(&["trust"]).code, Some(0));
    assert_eq!(lab.rove(&["status"]).code, Some(0));
    lab.write("b.rb", "`touch worse`\n");
    assert_eq!(lab.rove(&["status"]).code, Some(1));
    assert!(!lab.work().join("worse").exists());
}

#[test]
fn one_command_may_be_trusted() {
    let mut lab = lab(RUNS);
    assert_eq!(lab.rove(&["status", "--trust"]).code, Some(0));
    assert_eq!(lab.rove(&["status"]).code, Some(1));
    lab.set("ROVE_TRUST", "1");
    assert_eq!(lab.rove(&["status"]).code, Some(0));
}

#[test]
fn what_only_configures_needs_no_trust() {
    let lab = lab("Vagrant.configure('2') { |c| c.vm.box = 'a/b' }\n");
    let run = lab.rove(&["trust"]);
    insta::assert_snapshot!(run.stdout, @"The Vagrantfile only configures: it needs no trust.");
    let run = lab.rove(&["untrust"]);
    assert_eq!(run.code, Some(0));
}

#[test]
fn output_of_a_load_that_is_refused_is_not_shown() {
    let lab = lab("puts 'hello'\n`touch ran`\n");
    let run = lab.rove(&["status"]);
    assert_eq!(run.stdout, "");
}

#[test]
fn a_working_copy_is_the_project_and_home_is_not() {
    let code = "File.read('../common.yml')\nVagrant.configure('2') { |c| c.vm.box = 'a/b' }\n";
    let lab = lab("");
    lab.write("lab/Vagrantfile", code);
    lab.write("common.yml", "a: 1\n");
    assert_eq!(lab.rove_in("lab", &["status"]).code, Some(1));
    lab.write(".git/HEAD", "");
    assert_eq!(lab.rove_in("lab", &["status"]).code, Some(0));
    // Keys in a home folder that is itself the project stay private.
    lab.write("../home/Vagrantfile", "File.read('.ssh/id_rsa')\n");
    lab.write("../home/.ssh/id_rsa", "hush\n");
    assert_eq!(lab.rove_in("../home", &["status"]).code, Some(1));
}
