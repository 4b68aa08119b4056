//! A site's rules of consent, compiled: which signals are asked, in which order, and what their words
//! mean.

use std::{fmt, sync::Arc};

use super::{
    super::{
        catalogue::{Catalogue, VendorId},
        field_lines::FieldLines,
        patterns::{Layer, PatternTable},
        purpose::{Purpose, Purposes},
        rules::{ConsentRules, PlatformRules, Signal},
    },
    signals::{Jar, Mapping, Outcome, PlatformId},
};

/// See the module.
pub struct ConsentPolicy {
    rules: ConsentRules,
    catalogue: Arc<Catalogue>,
    pub(super) readers: Vec<Reader>,
    /// The names of all cookies by which some platform is read.
    cookies: PatternTable<()>,
}

/// What a platform's cookies say, for explanations.
#[derive(Clone, Debug)]
pub struct PlatformReading {
    /// Which platform.
    pub platform: PlatformId,
    /// What came of reading them.
    pub outcome: Outcome,
}

/// How one signal is read.
pub(super) enum Reader {
    Privet,
    Gpc,
    Dnt,
    Platform(PlatformReader),
}

/// How one platform is read.
pub(super) struct PlatformReader {
    pub(super) platform: PlatformId,
    cookie: Option<String>,
    pub(super) mapping: Mapping,
}

impl PlatformReader {
    /// What the platform's cookies say.
    pub(super) fn read(&self, jar: &Jar<'_>, now: i64) -> Outcome {
        jar.read(self.platform, self.cookie.as_deref(), now)
    }
}

impl ConsentPolicy {
    /// Compiles `rules`.
    pub fn new(rules: ConsentRules, catalogue: Arc<Catalogue>) -> Self {
        let reader = |signal: &Signal| match signal {
            Signal::Privet => Reader::Privet,
            Signal::Gpc => Reader::Gpc,
            Signal::Dnt => Reader::Dnt,
            Signal::Platform(platform) => {
                let own = rules
                    .platforms
                    .iter()
                    .find(|rules| rules.platform == *platform);
                let own = own
                    .cloned()
                    .unwrap_or_else(|| PlatformRules::new(*platform));
                Reader::Platform(PlatformReader {
                    platform: *platform,
                    mapping: Mapping::new(&own, &catalogue),
                    cookie: own.cookie,
                })
            }
        };
        let readers: Vec<Reader> = rules.asked().iter().map(reader).collect();
        let cookies = readers.iter().flat_map(|reader| match reader {
            Reader::Platform(reader) => reader.platform.cookies(),
            Reader::Privet | Reader::Gpc | Reader::Dnt => &[],
        });
        let renamed: Vec<String> = rules.platforms.iter().flat_map(own_names).collect();
        let names = cookies.copied().map(|name| (Layer::BuiltIn, name, ()));
        let renamed = renamed
            .iter()
            .map(|name| (Layer::Operator, name.as_str(), ()));
        Self {
            cookies: PatternTable::new(names.chain(renamed)),
            rules,
            catalogue,
            readers,
        }
    }

    /// `[consent]`.
    pub fn rules(&self) -> &ConsentRules {
        &self.rules
    }

    /// The vendors in force.
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// The consent cookies of a request.
    pub(super) fn jar<'a>(&self, fields: &'a FieldLines) -> Jar<'a> {
        Jar::of(fields, &self.cookies)
    }

    /// What each platform's cookies say, in the order in which they are asked; those of which there
    /// is none left out. `now` is in seconds since 1970. For explanations, not for the hot path.
    pub fn readings(&self, fields: &FieldLines, now: i64) -> Vec<PlatformReading> {
        let jar = self.jar(fields);
        let reading = |reader: &PlatformReader| PlatformReading {
            platform: reader.platform,
            outcome: reader.read(&jar, now),
        };
        let platforms = self.platforms().map(reading);
        platforms
            .filter(|reading| reading.outcome != Outcome::Absent)
            .collect()
    }

    /// What a name that `platform` uses stands for: purposes, or a vendor. For explanations.
    pub fn meaning(&self, platform: PlatformId, name: &str) -> (Purposes, Option<VendorId>) {
        let mut readers = self.platforms();
        let Some(reader) = readers.find(|reader| reader.platform == platform) else {
            return (Purposes::NONE, None);
        };
        let purposes = reader.mapping.purposes(name);
        let vendor = reader.mapping.vendor(name, &self.catalogue);
        (purposes, vendor.filter(|_| purposes.is_empty()))
    }

    /// Numbers of the TCF purposes that `platform` needs for each purpose. For explanations.
    pub fn numbers(&self, platform: PlatformId) -> &[(Purpose, Vec<u8>)] {
        let mut readers = self.platforms();
        let reader = readers.find(|reader| reader.platform == platform);
        reader.map_or(&[], |reader| reader.mapping.numbers())
    }

    fn platforms(&self) -> impl Iterator<Item = &PlatformReader> {
        self.readers.iter().filter_map(|reader| match reader {
            Reader::Platform(reader) => Some(reader),
            Reader::Privet | Reader::Gpc | Reader::Dnt => None,
        })
    }
}

/// What a website that renames a platform's main cookie calls it, and those that are named after it.
fn own_names(rules: &PlatformRules) -> Vec<String> {
    let Some((own, (main, others))) = rules
        .cookie
        .as_ref()
        .zip(rules.platform.cookies().split_first())
    else {
        return Vec::new();
    };
    let endings = others.iter().filter_map(|name| name.strip_prefix(main));
    let named_after = endings.map(|ending| format!("{own}{ending}"));
    std::iter::once(own.clone()).chain(named_after).collect()
}

impl fmt::Debug for ConsentPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConsentPolicy")
            .field("rules", &self.rules)
            .finish_non_exhaustive()
    }
}
