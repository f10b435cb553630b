use super::{Dtype, capabilities};
use crate::wire::foreign::{cut, quoted, visible};
use crate::wire::spelling::did_you_mean;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The protocol's version that this judge speaks.
pub const PROTOCOL: u32 = 1;

/// What an implementation calls itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ImplementationName {
    /// Its name.
    pub name: String,
    /// Its version.
    #[serde(default)]
    pub version: String,
    /// The language it is written in.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub language: String,
}

/// Where the masks of a fresh process come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Seeding {
    /// From the judge's `entropy`.
    Entropy,
    /// From the system.
    #[default]
    #[serde(rename = "self")]
    Itself,
    /// Every process draws the same masks.
    Fixed,
}

/// The precision in which an implementation takes ratios.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RatioDtype {
    /// float64.
    #[default]
    Float64,
    /// float32.
    Float32,
    /// That of `x`.
    Same,
}

/// The answer to `start`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Start {
    /// The version of the protocol that the implementation chose.
    pub protocol: u32,
    /// Its name.
    pub implementation: ImplementationName,
    /// What programs may use.
    pub capabilities: Vec<String>,
    /// What `x` may be.
    pub dtypes: Vec<Dtype>,
    /// The precision of ratios.
    #[serde(default)]
    pub ratio_dtype: RatioDtype,
    /// Where masks come from.
    #[serde(default)]
    pub seeding: Seeding,
    /// The largest array.
    #[serde(default = "largest")]
    pub max_elements: usize,
    /// The step in which ratios are told apart, if it is a coarse one.
    #[serde(default)]
    pub ratio_step: f64,
    /// Where arrays can live; variables without a device live on the first.
    #[serde(default = "processor")]
    pub devices: Vec<String>,
}

fn largest() -> usize {
    1 << 20
}

fn processor() -> Vec<String> {
    vec!["cpu".to_owned()]
}

/// All flags that there are.
pub const FLAGS: [&str; 2] = ["train", "enable_backprop"];

impl Start {
    /// The answer of a framework of this name, in Rust, which claims these capabilities and dtypes, takes
    /// ratios in float64 and seeds itself.
    pub fn new(name: &str, capabilities: &[&str], dtypes: &[Dtype]) -> Start {
        Start {
            protocol: PROTOCOL,
            implementation: ImplementationName {
                name: name.to_owned(),
                version: String::new(),
                language: "Rust".to_owned(),
            },
            capabilities: capabilities.iter().map(|&capability| capability.to_owned()).collect(),
            dtypes: dtypes.to_vec(),
            ratio_dtype: RatioDtype::default(),
            seeding: Seeding::default(),
            max_elements: largest(),
            ratio_step: 0.0,
            devices: processor(),
        }
    }

    /// Whether the implementation claims this capability.
    pub fn claims(&self, capability: &str) -> bool {
        self.capabilities.iter().any(|claimed| claimed == capability)
    }

    /// The flags that it claims.
    pub fn flags(&self) -> impl Iterator<Item = &'static str> {
        FLAGS.into_iter().filter(|flag| self.claims(&format!("config.{flag}")))
    }

    /// Whether programs can be written for it.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it, for the author of the adapter.
    pub(crate) fn check(&self) -> Result<(), String> {
        for claimed in &self.capabilities {
            if !capabilities().any(|known| known == claimed) {
                let meant = did_you_mean(claimed, capabilities(), "; the protocol lists them");
                return Err(format!("no capability `{claimed}`{meant}"));
            }
        }
        if self.devices.is_empty() {
            return Err(
                "`devices` is empty; where do arrays live? Without the field it is [\"cpu\"]"
                    .into(),
            );
        }
        let named = |device: &&String| visible(device) == device.as_str() && device.len() <= 200;
        if let Some(device) = self.devices.iter().find(|device| !named(device)) {
            return Err(format!(
                "`devices` has \"{}\"; a device has a name of at most 200 letters that can be seen",
                quoted(device, 80)
            ));
        }
        if self.devices.len() > MOST_DEVICES {
            let devices = self.devices.len();
            return Err(format!(
                "`devices` has {devices} names; {MOST_DEVICES} are judged at most"
            ));
        }
        if self.dtypes.is_empty() {
            return Err(
                "`dtypes` is empty; name those that `x` may have, such as \"float32\"".into()
            );
        }
        let dtypes = self.dtypes.iter().map(|dtype| dtype.name()).collect::<Vec<_>>();
        let devices = self.devices.iter().map(String::as_str).collect::<Vec<_>>();
        let named_twice = [("dtypes", dtypes), ("devices", devices)];
        let named_twice = named_twice.iter().find_map(|(list, names)| Some((list, twice(names)?)));
        if let Some((list, name)) = named_twice {
            return Err(format!("`{list}` has \"{name}\" twice; name it once"));
        }
        if !(0.0..1.0).contains(&self.ratio_step) {
            let step = self.ratio_step;
            return Err(format!(
                "`ratio_step` is {step}; it is a difference of ratios, from 0 to below 1"
            ));
        }
        if self.max_elements < FEWEST_ELEMENTS {
            let most = self.max_elements;
            return Err(format!(
                "`max_elements` is {most}; programs need {FEWEST_ELEMENTS} at least"
            ));
        }
        Ok(())
    }
}

/// Reads the answer to `start`.
///
/// # Errors
/// A sentence that says what is wrong with the line, for the author of the adapter.
pub fn parse_start(line: &str) -> Result<Start, String> {
    let read = serde_json::from_str::<Start>(line);
    let mut start = read.map_err(|why| shown(&why.to_string(), LONGEST))?;
    if start.protocol != PROTOCOL {
        return Err(format!("the adapter speaks protocol {}, not {PROTOCOL}", start.protocol));
    }
    start.check().map_err(|why| shown(&why, LONGEST))?;
    let ImplementationName { name, version, language } = &mut start.implementation;
    for text in [name, version, language] {
        *text = cut(&visible(text), LONGEST_NAME).into_owned();
    }
    Ok(start)
}

/// What is said of a `start` is no longer, and a name is not.
const LONGEST: usize = 500;
const LONGEST_NAME: usize = 100;

fn shown(text: &str, longest: usize) -> String {
    quoted(&visible(text), longest).into_owned()
}

/// The first name that stands in a list before.
fn twice<'n>(names: &[&'n str]) -> Option<&'n str> {
    let before = |&(index, name): &(usize, &&str)| names[..index].contains(name);
    names.iter().enumerate().find(before).map(|(_, &name)| name)
}

/// Each device has a part of the bets to itself.
const MOST_DEVICES: usize = 64;

/// Programs have small arrays of up to so many elements; every implementation must take those.
const FEWEST_ELEMENTS: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_start_is_read_with_what_it_leaves_out() {
        let name = json!({ "name": "a framework" });
        let start = |more: serde_json::Value| {
            let mut line = json!({
                "protocol": PROTOCOL, "implementation": name, "capabilities": ["train"],
                "dtypes": ["float32"],
            });
            for (key, value) in more.as_object().unwrap() {
                line[key] = value.clone();
            }
            parse_start(&line.to_string())
        };
        let least = start(json!({})).unwrap();
        assert_eq!((least.max_elements, &least.devices[..]), (1_048_576, &["cpu".to_owned()][..]));
        assert!(least.claims("train") && !least.claims("test"));
        assert_eq!(start(json!({ "max_elements": 64 })).unwrap().max_elements, 64);
        let few = start(json!({ "max_elements": 63 })).unwrap_err();
        assert_eq!(few, "`max_elements` is 63; programs need 64 at least");
        let old = start(json!({ "protocol": PROTOCOL + 1 })).unwrap_err();
        assert!(old.starts_with("the adapter speaks protocol "), "{old}");
        let unknown = start(json!({ "capabilities": ["trian"] })).unwrap_err();
        assert!(unknown.starts_with("no capability `trian`; did you mean `train`?"), "{unknown}");
        assert!(start(json!({ "capabilities": ["keyed", "layers"] })).is_ok());
        let nowhere = start(json!({ "devices": [] })).unwrap_err();
        assert!(nowhere.starts_with("`devices` is empty"), "{nowhere}");
        for (more, said) in [
            (json!({ "devices": ["gpu", "cpu", "gpu"] }), "`devices` has \"gpu\" twice"),
            (json!({ "dtypes": ["float32", "float32"] }), "`dtypes` has \"float32\" twice"),
            (json!({ "dtypes": [] }), "`dtypes` is empty"),
            (json!({ "ratio_step": 1.0 }), "`ratio_step` is 1"),
            (json!({ "ratio_step": -0.5 }), "`ratio_step` is -0.5"),
        ] {
            let why = start(more).unwrap_err();
            assert!(why.starts_with(said), "{why}");
        }
        let named = |devices: usize| {
            start(json!({ "devices": (0..devices).map(|it| it.to_string()).collect::<Vec<_>>() }))
        };
        assert!(named(64).is_ok() && named(65).unwrap_err().starts_with("`devices` has 65 names"));
        let flags = start(json!({ "capabilities": ["config.enable_backprop"] })).unwrap();
        assert_eq!(flags.flags().collect::<Vec<_>>(), ["enable_backprop"]);
    }
}
