//! Variables that configure the clients of the clouds.

use std::fmt;

/// Beginnings of the names of variables that are read.
const PREFIXES: [&str; 3] = ["AWS_", "AZURE_", "GOOGLE_"];
/// Parts of the names of variables whose values are secrets.
const SECRETS: [&str; 6] = ["KEY", "PASSWORD", "SAS", "SECRET", "SIGNATURE", "TOKEN"];
/// Fewest bytes of a value that is hidden: shorter ones are words such as `true`.
const MIN_SECRET: usize = 8;

/// Variables that configure the clients of the clouds: endpoints, regions, credentials. Their names
/// are those of the clouds' own programs, and of the crate `object_store`: `AWS_ENDPOINT_URL`,
/// `AWS_ALLOW_HTTP`, `AZURE_STORAGE_ACCOUNT_NAME`, `GOOGLE_APPLICATION_CREDENTIALS`.
#[derive(Clone, Default)]
pub struct Environment {
    variables: Vec<(String, String)>,
}

impl Environment {
    /// Returns the variables of this process.
    pub fn of_process() -> Self {
        let unicode =
            std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        Self::new(unicode)
    }

    /// Returns those of these variables that belong to a cloud.
    pub fn new(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        let is_read = |(name, value): &(String, String)| {
            !value.is_empty() && PREFIXES.iter().any(|prefix| name.starts_with(prefix))
        };
        Self { variables: variables.into_iter().filter(is_read).collect() }
    }

    /// Returns the settings of one cloud: names in lower case, as its builder reads them.
    pub(crate) fn of(&self, prefix: &str) -> impl Iterator<Item = (String, &str)> {
        self.variables
            .iter()
            .filter(move |(name, _)| name.starts_with(prefix))
            .map(|(name, value)| (name.to_ascii_lowercase(), &**value))
    }

    /// Returns a text without the values of secret variables.
    pub(crate) fn hide(&self, text: &str) -> String {
        let is_secret = |name: &str| SECRETS.iter().any(|part| name.contains(part));
        let secrets = self.variables.iter().filter(|(name, value)| is_secret(name) && value.len() >= MIN_SECRET);
        secrets.fold(text.to_owned(), |text, (_, value)| text.replace(&**value, "…"))
    }
}

impl fmt::Debug for Environment {
    /// Writes the names alone.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.variables.iter().map(|(name, _)| name)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_of_clouds_alone_are_kept_and_their_secrets_hidden() {
        let variables = [
            ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI"),
            ("AWS_SESSION_TOKEN", "session-token"),
            ("AWS_REGION", "eu-central-1"),
            ("AWS_ALLOW_HTTP", ""),
            ("HOME", "/home/x"),
        ];
        let environment = Environment::new(variables.map(|(name, value)| (name.into(), value.into())));
        assert_eq!(
            environment.hide("eu-central-1: wJalrXUtnFEMI, <Token>session-token</Token>, /home/x"),
            "eu-central-1: …, <Token>…</Token>, /home/x"
        );
        let names: Vec<String> = environment.of("AWS_").map(|(name, _)| name).collect();
        assert_eq!(names, ["aws_secret_access_key", "aws_session_token", "aws_region"]);
        assert!(!format!("{environment:?}").contains("wJal"));
    }
}
