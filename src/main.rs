//! The `rove` program: hands its arguments to the library and returns the exit code.

fn main() -> std::process::ExitCode {
    rove::run(std::env::args_os().collect())
}
