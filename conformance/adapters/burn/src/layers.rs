//! Layers by name. A module of burn is a value: who freezes one gets another one, which takes its place
//! here.

use super::Variable;
use burn::module::Module;
use burn::nn::Dropout;
use dezero_spec::{Names, Stop};

/// What a name of a program stands for.
#[derive(Clone, Debug)]
pub enum Named {
    /// A tensor.
    Tensor(Variable),
    /// A layer that is dropout and nothing else.
    Layer(Dropout),
    /// The names of layers, and of models of such.
    Model(Vec<String>),
}

/// The tensor of this name.
///
/// # Errors
/// If there is none.
pub fn tensor_of<'n>(names: &'n Names<Named>, name: &str) -> Result<&'n Variable, Stop> {
    match names.get(name)? {
        Named::Tensor(tensor) => Ok(tensor),
        _ => Err(Stop::unbound(name)),
    }
}

/// The layer of this name.
///
/// # Errors
/// If there is none.
pub fn layer_of<'n>(names: &'n Names<Named>, name: &str) -> Result<&'n Dropout, Stop> {
    match names.get(name)? {
        Named::Layer(layer) => Ok(layer),
        _ => Err(Stop::unbound(name)),
    }
}

/// Gives the layer, or the whole model, of this name a mode.
///
/// # Errors
/// If there is none.
pub fn give_mode(names: &mut Names<Named>, name: &str, train: bool) -> Result<(), Stop> {
    let within = layers_of(names, name)?;
    let layers = within.iter().map(|name| layer_of(names, name).cloned());
    // A list of modules is a module.
    let layers = layers.collect::<Result<Vec<_>, Stop>>()?;
    let layers = if train { layers.unfreeze() } else { layers.freeze() };
    for (name, layer) in within.iter().zip(layers) {
        names.bind(name, Named::Layer(layer));
    }
    Ok(())
}

/// The names of all layers within.
fn layers_of(names: &Names<Named>, name: &str) -> Result<Vec<String>, Stop> {
    let Named::Model(layers) = names.get(name)? else { return Ok(vec![name.to_owned()]) };
    let within = layers.iter().map(|layer| layers_of(names, layer));
    Ok(within.collect::<Result<Vec<_>, Stop>>()?.concat())
}
