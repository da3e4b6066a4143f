//! `selfheal plugin keygen`: a key that plugins are signed with.

use std::path::PathBuf;

use anyhow::Context as _;
use bundle::keys::generate;

use crate::args::KeygenArgs;
use crate::exit::{self, Failure};
use crate::people;
use crate::project;
use crate::report::paint::{NAME, PASSED, paint};
use crate::sharing::password::{default_key, new_password};

/// Makes it.
pub fn keygen(args: &KeygenArgs) -> Result<u8, Failure> {
    people::must_be_a_person("make a key")?;
    let secret = match &args.output {
        Some(file) => file.clone(),
        None => default_key()?,
    };
    let mut public = secret.clone().into_os_string();
    public.push(".pub");
    let public = PathBuf::from(public);
    let password = if args.no_password { None } else { new_password(&args.password)? };
    if let Some(folder) = secret.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("make the folder {}", folder.display()))
            .map_err(Failure::bad_input)?;
    }
    let key = generate(password.as_deref())?;
    key.write(&secret, &public).map_err(Failure::bad_input)?;
    say!("{} secret key {}", paint(PASSED, "✓"), paint(NAME, secret.display()));
    say!("  public key {}: {}", paint(NAME, public.display()), key.public);
    say!("  whoever trusts it with your plugins writes into {}:", place_of_policy());
    say!("version = 1\n[keys]\nNAME = \"{}\"\n[[trust]]\npublisher = \"PUBLISHER/\"\nall-of = [\"NAME\"]", key.public);
    Ok(exit::PASSED)
}

fn place_of_policy() -> String {
    let file = project::config_home().map(|folder| folder.join("trust.toml"));
    file.map_or_else(|| "a trust policy".to_owned(), |file| file.display().to_string())
}
