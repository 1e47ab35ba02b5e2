//! Snippets of Ruby by class and construct, `tests/ruby/*.rb`, each with the
//! output that Ruby 3.1 gives, `*.out`.
//!
//! `RUBY_ONLY=name` runs one of them and shows what it prints, `RUBY_SNIPPETS`
//! names another folder of snippets. `UPDATE_RUBY=1` records the outputs anew
//! with the `ruby` of this machine.
//! `RUBY_MUTATIONS=n` evaluates more damaged snippets than usual.

#![allow(clippy::disallowed_methods)]

use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use rove::error::Explain as _;
use rove::ruby::{Error, Interp, Memory};
use rove::source::SourceFile;

fn snippets() -> Vec<PathBuf> {
    let folder = std::env::var_os("RUBY_SNIPPETS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ruby"),
        PathBuf::from,
    );
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .expect("the folder of snippets is there")
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|ending| ending == "rb"))
        .collect();
    files.sort();
    files
}

/// Returns what a snippet prints here; an uncaught error is the last line.
fn run(path: &Path) -> String {
    let world = Rc::new(Memory::default());
    let mut interp = Interp::new(world.clone());
    interp.main_script = true;
    let text = fs::read_to_string(path).expect("the snippet can be read");
    let name = path.file_name().unwrap_or_default();
    let result = interp.eval_source(SourceFile::new(name, text));
    let output = world.output();
    match result {
        Ok(_) | Err(Error::Exit { .. }) => {}
        Err(error) => {
            let at = error.at().map_or(0, rove::source::Span::line);
            return format!("{output}uncaught at line {at}: {error}\n");
        }
    }
    output
}

fn record(path: &Path) {
    let output = std::process::Command::new("ruby")
        .args(["--disable-did_you_mean", "--disable-error_highlight", "-W0"])
        .arg(path)
        .env("TZ", "UTC")
        .env("LANG", "C.UTF-8")
        .output()
        .expect("UPDATE_RUBY needs a `ruby`");
    assert!(
        output.status.success(),
        "{}: {}",
        path.display(),
        String::from_utf8_lossy(&output.stderr)
    );
    fs::write(path.with_extension("out"), output.stdout).expect("the output can be written");
}

#[test]
fn snippets_print_what_ruby_prints() {
    let only = std::env::var("RUBY_ONLY").ok();
    let update = std::env::var("UPDATE_RUBY").is_ok();
    let mut lines = 0;
    let mut failures = Vec::new();
    for path in snippets() {
        let name = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if only.as_ref().is_some_and(|only| *only != name) {
            continue;
        }
        if update {
            record(&path);
        }
        let wanted = fs::read_to_string(path.with_extension("out")).unwrap_or_default();
        let got = run(&path);
        if only.is_some() {
            println!("{got}");
        }
        lines += wanted.lines().count();
        let differing = wanted
            .lines()
            .zip(got.lines())
            .enumerate()
            .filter(|(_, (wanted, got))| wanted != got)
            .map(|(at, (wanted, got))| format!("{name}:{}: ruby {wanted}\n    rove {got}", at + 1));
        failures.extend(differing.take(8));
        if wanted.lines().count() != got.lines().count() {
            let last = got.lines().last().unwrap_or("");
            failures.push(format!(
                "{name}: {} lines instead of {}; the last is: {last}",
                got.lines().count(),
                wanted.lines().count()
            ));
        }
    }
    println!("{lines} lines compared");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// A small generator whose numbers are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % limit.max(1)
    }
}

/// Returns a text with lines taken out, doubled, swapped and words exchanged.
fn damage(text: &str, numbers: &mut Numbers) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for _ in 0..=numbers.below(4) {
        let (a, b) = (numbers.below(lines.len()), numbers.below(lines.len()));
        match numbers.below(6) {
            0 => drop(lines.remove(a)),
            1 => {
                let line = lines[a].clone();
                lines.insert(b, line);
            }
            2 => lines.swap(a, b),
            3 => lines.truncate(a + 1),
            4 => {
                let other: Vec<String> = lines[b].split(' ').map(str::to_owned).collect();
                let mut words: Vec<String> = lines[a].split(' ').map(str::to_owned).collect();
                let at = numbers.below(words.len());
                words[at].clone_from(&other[numbers.below(other.len())]);
                lines[a] = words.join(" ");
            }
            _ => {
                let chars: Vec<char> = lines[a].chars().collect();
                let at = numbers.below(chars.len());
                let odd = ['"', '(', '}', '0', '-', ':', '\u{e9}', '*', '@', '.'];
                let odd = odd[numbers.below(odd.len())];
                lines[a] = chars
                    .iter()
                    .enumerate()
                    .map(|(i, c)| if i == at { odd } else { *c })
                    .collect();
            }
        }
        if lines.is_empty() {
            break;
        }
    }
    lines.join("\n")
}

/// Stands in for what an embedder defines: takes every call.
const HOST: &str = "
class Anything
  def method_missing(*args, **options)
    yield Anything.new, Anything.new if block_given?
    Anything.new
  end

  def respond_to_missing?(*) = true
  def to_ary = nil
  def to_str = 'anything'
end
module Vagrant
  VERSION = '2.3.4'
  def self.configure(*) = yield(Anything.new)
  def self.method_missing(*) = Anything.new
end
";

#[test]
fn damaged_snippets_end_with_an_answer() {
    let count = std::env::var("RUBY_MUTATIONS")
        .ok()
        .and_then(|count| count.parse().ok())
        .unwrap_or(150);
    let mut texts: Vec<String> = snippets()
        .iter()
        .map(|path| fs::read_to_string(path).expect("the snippet can be read"))
        .collect();
    if let Ok(folder) = std::env::var("RUBY_CORPUS") {
        for entry in fs::read_dir(folder)
            .expect("RUBY_CORPUS is a folder")
            .flatten()
        {
            texts.extend(fs::read_to_string(entry.path().join("Vagrantfile")));
        }
    }
    let mut numbers = Numbers(0x5eed);
    for round in 0..count {
        let text = damage(&texts[numbers.below(texts.len())], &mut numbers);
        let mut interp = Interp::new(Rc::new(Memory::default()));
        interp.limits.steps = 100_000;
        interp.limits.string_bytes = 1 << 22;
        let _ = interp.eval_source(SourceFile::new("host.rb", HOST));
        let file = SourceFile::new("damaged.rb", text.clone());
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let _ = interp.eval_source(file);
        }));
        assert!(result.is_ok(), "round {round} panics on:\n{text}");
    }
}

#[test]
fn runaway_programs_end() {
    for text in [
        "loop {}",
        "while true do end",
        "def f = f\nf",
        "a = []\n200_000.times { a = [a] }\na.flatten rescue p $!.class",
        "a = []; a << a; p a, a.hash, a == a",
        "h = {}; h[:h] = h; p h",
        "s = 'x'; loop { s << s }",
        "x = 9**9**9",
        "eval('[' * 100_000)",
        "eval('1' + '+1' * 100_000)",
        "eval('-' * 50_000 + '1')",
        "eval('a' + '.b' * 50_000)",
        "Array.new(1 << 60)",
        "'x' * (1 << 60)",
        "[1] * (1 << 60)",
        "(1..).to_a",
        "(1..Float::INFINITY).map { |x| x }",
        "'%1000000000d' % 1",
        "'a'.ljust(1 << 60)",
        "1 << (1 << 60)",
        "def method_missing(*a) = foo(*a)\nbar",
        "class A; def to_s = \"#{self}\"; end; A.new.to_s",
        "class A; def ==(o) = self == o; end; A.new == 1",
        "x = proc { |y| y.(y) }; x.(x)",
        "'a'.gsub(/(a+)+$/, '') ; ('a' * 40 + 'b') =~ /(a+)+$/",
        "[1, 2, 3].permutation(3).to_a * 10; (1..12).to_a.permutation.to_a",
        "Struct.new(:a).new(1).then { |s| s.a = s; p s, s == s }",
        "-9223372036854775808 / -1; p(-9223372036854775808.abs, 9223372036854775807 + 1)",
        "p [1,2,3][-9223372036854775808], [1][9223372036854775807], 'a'[9223372036854775807, 1]",
        "p 5.clamp(..3), 'a'.center(5, 'xyz'), 10.digits(3), 1.0.round(400), 1e300.to_i.to_s.size",
        "p Time.at(1 << 62) rescue p $!.class",
        "p [3,1].sort_by { |x| nil } rescue p $!.class",
        "catch(:a) { catch(:b) { throw :a } }; throw :zz rescue p $!.class",
        "$stdout = nil rescue p $!.class",
        "break rescue 1",
        "proc { return 1 }.call",
        "at_exit { exit 3 }; exit 2",
        "binding.local_variable_set(:q, 1); eval('q') rescue p $!.class",
        "Class.new(Class) rescue p $!.class",
        "Object.send(:remove_const, :String); 'a'.class",
        "class String; def to_s = 1; end; puts \"#{'a'}\", :a",
        "class Integer; def +(o) = 42; end; p 1.send(:+, 1)",
        "def each; yield 1; each { |x| yield x }; end; extend Enumerable; p first(3)",
    ] {
        let mut interp = Interp::new(Rc::new(Memory::default()));
        interp.limits.steps = 60_000;
        interp.limits.string_bytes = 1 << 24;
        let _ = interp.eval_source(SourceFile::new("runaway.rb", text));
    }
}
