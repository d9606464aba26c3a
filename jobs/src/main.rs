//! The program `mixdown`.

fn main() -> std::process::ExitCode {
    mixdown_jobs::cli::main()
}
