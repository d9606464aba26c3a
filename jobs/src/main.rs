//! The program `mixdown`.

fn main() -> std::process::ExitCode {
    mixdown_cli::main()
}
