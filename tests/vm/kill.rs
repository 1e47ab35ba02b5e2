//! Kills at random times. `ROVE_KILLS` says how many (a handful by default), and
//! `ROVE_KILL_SEED` repeats a run: the seed is printed.

use std::time::{Duration, Instant};

use crate::support::lab::Lab;

const TWO: &str = "  config.vm.provider(\"qemu\") { |q| q.cpus = 1; q.memory = 128 }
  [\"a\", \"b\"].each { |n| config.vm.define(n) }
  config.vm.provision \"shell\", inline: \"echo in >> /note; sync\"";

/// Commands, and the longest time after which they are killed, in milliseconds: about
/// what they take, so that most kills hit something.
const COMMANDS: &[(&[&str], u64)] = &[
    (&["up"], 3_000),
    (&["halt"], 2_500),
    (&["destroy", "-f"], 600),
    (&["snapshot", "save", "kept", "--force"], 600),
    (&["snapshot", "restore", "kept", "--no-start"], 400),
    (&["suspend"], 500),
    (&["resume"], 1_000),
    (&["reload"], 5_000),
    (&["box", "add", "--force", "again", "BOX"], 500),
];

/// xorshift64: the same numbers from the same seed.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Starts a command and kills it after `after`, if it has not ended by then. Returns
/// whether it was killed.
fn kill_after(lab: &Lab, args: &[&str], after: Duration) -> bool {
    let mut command = lab.command(args);
    let quiet = std::process::Stdio::null;
    let mut child = command.stdout(quiet()).stderr(quiet()).spawn().unwrap();
    let end = Instant::now() + after;
    while Instant::now() < end {
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    true
}

#[test]
#[allow(clippy::print_stdout, reason = "the seed repeats the run")]
fn after_any_kill_the_next_command_does_its_work() {
    let runs = number("ROVE_KILLS").unwrap_or(6);
    let clock = std::time::SystemTime::now();
    let now = clock.duration_since(std::time::UNIX_EPOCH).unwrap();
    let seed = number("ROVE_KILL_SEED").unwrap_or(now.as_millis() as u64) | 1;
    let mut numbers = Numbers(seed);
    let lab = Lab::new(TWO);
    let file = crate::support::boxes().join("tiny.box");
    let file = file.to_str().unwrap();
    let mut killed = 0;
    for run in 0..runs {
        let (command, longest) = COMMANDS[numbers.below(COMMANDS.len() as u64) as usize];
        let command: Vec<&str> = command
            .iter()
            .map(|word| if *word == "BOX" { file } else { word })
            .collect();
        // Earlier ones more often: that is where files are written.
        let after = numbers.below(longest) * (1 + numbers.below(4)) / 4;
        let was_killed = kill_after(&lab, &command, Duration::from_millis(after));
        killed += u64::from(was_killed);
        let what = if was_killed { "killed" } else { "ended" };
        println!(
            "seed {seed}, run {run}: {} {what} after {after} ms",
            command.join(" ")
        );
        let states = lab.states();
        assert_eq!(states.len(), 2, "{states:?}");
        let next = numbers.below(4);
        println!(
            "  {}, then {}",
            states.join(", "),
            ["destroy", "halt", "up", "up"][next as usize]
        );
        match next {
            0 => {
                lab.rove(&["destroy", "-f"]);
                lab.nothing_is_left();
            }
            1 => {
                lab.rove(&["halt"]);
                for state in lab.states() {
                    let is_off = state.ends_with("poweroff") || state.ends_with("not_created");
                    assert!(is_off, "{state}");
                }
            }
            _ => {
                lab.rove(&["up"]);
                for machine in ["a", "b"] {
                    let answer = lab.rove(&["ssh", machine, "-c", "grep -c in /note"]);
                    // Provisioned once, or once more where that was broken off.
                    let times: u32 = answer.trim().parse().unwrap();
                    assert!((1..=2).contains(&times), "{machine}: {answer}");
                }
            }
        }
    }
    println!("{killed} of {runs} commands were killed before their end");
    lab.rove(&["destroy", "-f"]);
    lab.nothing_is_left();
}
