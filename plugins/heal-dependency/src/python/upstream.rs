//! An API that a release took away, found without knowing it: which distribution broke at which release.
//!
//! The traceback names what is gone and who wanted it. Of the *provider* the release is wanted that still has it, of the
//! *consumer* the first one that does without. The index's archives are read to tell ([`Index::has`], [`Index::uses`]), from
//! the last release of the previous major version on, in steps that double and then halve. The installed release has to
//! show that reading tells at all: it must lack the name, and the installed consumer must use it. Where reading does not
//! tell, the dates do: a consumer was made for what the provider was within a year of it.

use super::index::{Expected, Index, Release, Unasked};
use super::installed::Owner;
use crate::version::Version;

/// Most archives that are read to find one release; each takes about a second.
const MAX_PROBES: u32 = 7;

/// Where the boundary lies between releases that do and releases that do not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Boundary {
    /// The archives say so.
    Read {
        /// The release on the wanted side.
        wanted: String,
        /// Its neighbour on the other side, where one is known.
        other: Option<String>,
    },
    /// Only dates and numbers speak for it.
    Guessed {
        /// The release.
        wanted: String,
        /// The release behind it.
        other: Option<String>,
        /// What could not be checked.
        unchecked: String,
    },
    /// No release is on the wanted side.
    Nowhere,
}

/// The newest release of a provider below the installed one that still has what is expected, or the oldest above it.
///
/// # Errors
/// When the index cannot be asked at all.
pub fn last_with(
    provider: &Owner,
    expected: &Expected,
    consumer: Option<&Owner>,
    index: &Index,
) -> Result<Boundary, Unasked> {
    let releases = index.releases(&provider.name)?;
    let Some(at) = place_of(provider, &releases) else { return Ok(Boundary::Nowhere) };
    let installed = &releases[at].version;
    let older = ends_of_series(&releases[..at]);
    let older: Vec<&Release> = older.into_iter().filter(|end| series(&end.version) != series(installed)).collect();
    let mut probes = Probes::new(|version| index.has(&provider.name, version, expected));
    let why = match probes.ask(installed) {
        Ok(Some(false)) => match search(&older, installed, &mut probes) {
            Ok(Some(place)) => {
                let wanted = older[place].version.clone();
                return Ok(Boundary::Read { other: Some(next_series(&wanted, &releases, installed)), wanted });
            }
            Ok(None) => return Ok(came_later(&releases[at + 1..], &mut probes)),
            Err(why) => why.to_string(),
        },
        Ok(_) => format!("reading {} {installed} does not tell what it offers when it runs", provider.name),
        Err(why) => why.to_string(),
    };
    let made_for = consumer.map(|consumer| made_in(consumer, index)).transpose()?.flatten();
    Ok(guessed(&older, &releases, installed, made_for.as_deref(), why))
}

/// The oldest release of a consumer above the installed one that does without something.
///
/// # Errors
/// When the index cannot be asked at all.
pub fn first_without(consumer: &Owner, expected: &Expected, index: &Index) -> Result<Boundary, Unasked> {
    let releases = index.releases(&consumer.name)?;
    let Some(at) = place_of(consumer, &releases) else { return Ok(Boundary::Nowhere) };
    let newer = ends_of_series(&releases[at + 1..]);
    let Some(newest) = newer.last() else { return Ok(Boundary::Nowhere) };
    let installed = &releases[at].version;
    let mut probes = Probes::new(|version| index.uses(&consumer.name, version, expected));
    let why = match (probes.ask(installed), probes.ask(&newest.version)) {
        (Ok(Some(true)), Ok(Some(true))) => return Ok(Boundary::Nowhere),
        (Ok(Some(true)), Ok(Some(false))) => {
            let (mut with, mut without) = (None, newer.len() - 1);
            while let Some(middle) = between(with, without) {
                match probes.ask(&newer[middle].version) {
                    Ok(Some(true)) => with = Some(middle),
                    Ok(Some(false)) => without = middle,
                    // What was read so far is still true.
                    Ok(None) | Err(_) => break,
                }
            }
            let other = with.map_or(installed, |place| &newer[place].version);
            return Ok(Boundary::Read { wanted: newer[without].version.clone(), other: Some(other.clone()) });
        }
        (Ok(_), Ok(_)) => format!("reading {} {installed} does not show how it uses it", consumer.name),
        (Err(why), _) | (_, Err(why)) => why.to_string(),
    };
    Ok(Boundary::Guessed { wanted: newest.version.clone(), other: None, unchecked: why })
}

/// Version specifiers that keep a provider on the side of a boundary: below the first number that is not in the release.
pub fn below(wanted: &str, other: &str) -> String {
    let (Some(wanted), Some(other)) = (Version::parse(wanted), Version::parse(other)) else {
        return format!("<={wanted}");
    };
    if other.major() > wanted.major() && other.minor() == 0 {
        format!("<{}", other.major())
    } else if (other.major(), other.minor()) > (wanted.major(), wanted.minor()) {
        format!("<{}.{}", other.major(), other.minor())
    } else {
        format!("<{}", other.text)
    }
}

/// Asks about one release at a time and counts.
struct Probes<F> {
    ask: F,
    left: u32,
}

impl<F: Fn(&str) -> Result<Option<bool>, Unasked>> Probes<F> {
    fn new(ask: F) -> Self {
        Self { ask, left: MAX_PROBES }
    }

    fn ask(&mut self, version: &str) -> Result<Option<bool>, Unasked> {
        self.left = self.left.checked_sub(1).ok_or(Unasked::Late)?;
        (self.ask)(version)
    }
}

/// The place of the newest release that has it: from the previous major version down in doubling steps, then by halves.
fn search<F>(older: &[&Release], installed: &str, probes: &mut Probes<F>) -> Result<Option<usize>, Unasked>
where
    F: Fn(&str) -> Result<Option<bool>, Unasked>,
{
    if older.is_empty() {
        return Ok(None);
    }
    let major = Version::parse(installed).map_or(0, |version| version.major());
    let is_before = |release: &&Release| Version::parse(&release.version).is_some_and(|other| other.major() < major);
    let previous_major = older.iter().rposition(is_before);
    let (mut place, mut step, mut without) = (previous_major.unwrap_or(older.len() - 1), 1, older.len());
    let mut with = loop {
        match probes.ask(&older[place].version)? {
            Some(true) => break place,
            // An archive that does not tell is passed over.
            Some(false) => without = place,
            None => {}
        }
        if place == 0 || probes.left == 0 {
            return Ok(None);
        }
        place = place.saturating_sub(step);
        step *= 2;
    };
    while let Some(middle) = between(Some(with), without) {
        match probes.ask(&older[middle].version) {
            Ok(Some(true)) => with = middle,
            Ok(Some(false)) => without = middle,
            Ok(None) | Err(_) => break,
        }
    }
    Ok(Some(with))
}

/// The middle of what lies between two places, `None` for before the first one.
fn between(low: Option<usize>, high: usize) -> Option<usize> {
    let first = low.map_or(0, |low| low + 1);
    (first < high).then(|| first + (high - first) / 2)
}

/// What is expected may have come with a newer release than the installed one.
fn came_later<F>(newer: &[Release], probes: &mut Probes<F>) -> Boundary
where
    F: Fn(&str) -> Result<Option<bool>, Unasked>,
{
    let newest = newer.iter().rev().find(|release| release.fits);
    match newest {
        Some(newest) if probes.left > 0 && probes.ask(&newest.version) == Ok(Some(true)) => {
            Boundary::Read { wanted: newest.version.clone(), other: None }
        }
        _ => Boundary::Nowhere,
    }
}

/// The place of the installed release, or of the newest one that could be.
fn place_of(owner: &Owner, releases: &[Release]) -> Option<usize> {
    let wanted = owner.version.as_deref().and_then(Version::parse);
    let is_it = |release: &Release| {
        wanted
            .as_ref()
            .is_some_and(|wanted| Version::parse(&release.version).is_some_and(|version| version.order(wanted).is_eq()))
    };
    releases.iter().rposition(is_it).or_else(|| releases.iter().rposition(|release| release.fits))
}

fn series(version: &str) -> Option<(u64, u64)> {
    Version::parse(version).map(|version| (version.major(), version.minor()))
}

/// The first release of the series behind a release, whether it can be installed or not: pip would choose it, too.
fn next_series(wanted: &str, releases: &[Release], installed: &str) -> String {
    let newer = releases.iter().find(|release| series(&release.version) > series(wanted));
    newer.map_or_else(|| installed.to_owned(), |next| next.version.clone())
}

/// The last release of each series `X.Y` that can be installed.
fn ends_of_series(releases: &[Release]) -> Vec<&Release> {
    let mut ends: Vec<&Release> = Vec::new();
    for release in releases.iter().filter(|release| release.fits) {
        match ends.last_mut() {
            Some(last) if series(&last.version) == series(&release.version) => *last = release,
            _ => ends.push(release),
        }
    }
    ends
}

/// The day on which the installed release of a consumer was made.
fn made_in(consumer: &Owner, index: &Index) -> Result<Option<String>, Unasked> {
    let releases = index.releases(&consumer.name)?;
    let date = place_of(consumer, &releases).map(|place| releases[place].date.clone());
    Ok(date.filter(|date| !date.is_empty()))
}

/// The last release within a year of the consumer's, else the last one of the previous major version.
fn guessed(
    older: &[&Release],
    releases: &[Release],
    installed: &str,
    made_for: Option<&str>,
    unchecked: String,
) -> Boundary {
    let a_year_later = made_for.and_then(|date| {
        let (year, rest) = date.split_once('-')?;
        Some(format!("{}-{rest}", year.parse::<u32>().ok()? + 1))
    });
    let by_date = a_year_later
        .and_then(|until| older.iter().rposition(|release| !release.date.is_empty() && release.date <= until));
    let major = Version::parse(installed).map_or(0, |version| version.major());
    let by_number = || {
        older.iter().rposition(|release| Version::parse(&release.version).is_some_and(|other| other.major() < major))
    };
    let Some(place) = by_date.or_else(by_number) else { return Boundary::Nowhere };
    let wanted = older[place].version.clone();
    Boundary::Guessed { other: Some(next_series(&wanted, releases, installed)), wanted, unchecked }
}
