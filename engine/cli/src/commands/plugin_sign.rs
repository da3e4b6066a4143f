//! `selfheal plugin sign`: somebody vouches for a bundle.

use bundle::sign::sign as sign_bundle;

use crate::args::SignArgs;
use crate::exit::{self, Failure};
use crate::people;
use crate::report::output;
use crate::report::paint::{NAME, PASSED, paint};
use crate::sharing::installed::{open, replace};
use crate::sharing::password::{default_key, secret_key};

/// Signs, and attaches the signature.
pub fn sign(args: &SignArgs) -> Result<u8, Failure> {
    people::must_be_a_person("sign a bundle")?;
    let mut bundle = open(&args.bundle)?;
    let key = match &args.key {
        Some(file) => file.clone(),
        None => default_key()?,
    };
    let key = secret_key(&key, &args.password)?;
    let signature = sign_bundle(&bundle, &key).map_err(Failure::plugin)?;
    bundle.attach_signature(&signature);
    let layout = bundle.to_layout();
    if args.bundle.is_dir() {
        layout.write_folder(&args.bundle).map_err(Failure::bad_input)?;
    } else {
        replace(&args.bundle, &layout.to_tar())?;
    }
    match args.detached.as_deref() {
        Some(file) if file.as_os_str() == "-" => {
            output::whole(signature.text().as_bytes());
            return Ok(exit::PASSED);
        }
        Some(file) => replace(file, signature.text().as_bytes())?,
        None => {}
    }
    let count = bundle.signatures().len();
    let signatures = if count == 1 { "one signature".to_owned() } else { format!("{count} signatures") };
    say!("{} {} by {}", paint(PASSED, "✓ signed"), paint(NAME, args.bundle.display()), key.public());
    say!("  bundle    {} ({signatures})", bundle.digest());
    say!("hint: selfheal plugin push {} HOST/REPOSITORY:TAG, or hand the file on", args.bundle.display());
    Ok(exit::PASSED)
}
