use crate::implementation::flags::Beginning;
use crate::implementation::framework::ScopeEntry;
use crate::wire::{Dtype, Start, Step, ViewKind};
use dezero_reference::{Config, DEFAULT_RATIO, Error, Flag, Layer, Scope};

/// Dropout and its modes in small pieces, so that an implementation can be wrong in one of them.
/// All defaults together are the reference, bit by bit.
#[expect(unused_variables, reason = "most implementations are right about most things")]
pub trait Kernel {
    /// What is claimed.
    fn claims(&self, start: Start) -> Start {
        start
    }

    /// A fresh process.
    fn begin(&mut self) {}

    /// Whether this call is made in train mode, under the flags as they stand for it.
    fn training(&mut self, config: Config, site: &Site) -> bool {
        config.train
    }

    /// The ratio of a call.
    fn ratio(&mut self, given: Option<f64>) -> f64 {
        given.unwrap_or(DEFAULT_RATIO)
    }

    /// Whether a call is refused for its ratio.
    fn refuses(&mut self, train: bool, site: &Site) -> bool {
        train && !(0.0..=1.0).contains(&site.ratio)
    }

    /// Whether a call is refused for a number in `x`.
    fn refuses_number(&self, train: bool, x: f64) -> bool {
        false
    }

    /// Whether a call that is refused is refused when its result is observed.
    fn refuses_late(&self) -> bool {
        false
    }

    /// Whether going back is refused for a number in the gradient that sets out.
    fn refuses_gradient(&self, gy: f64) -> bool {
        false
    }

    /// The uniforms of a call.
    fn uniforms(&mut self, shape: &[usize], site: &Site, rand: Rand) -> Vec<f64> {
        rand(site.elements)
    }

    /// Whether uniforms that a program injects are ignored.
    fn ignores_injected(&self) -> bool {
        false
    }

    /// Whether such a view is read in the order of the memory behind it.
    fn reads_memory(&self, view: ViewKind) -> bool {
        false
    }

    /// The mask of a view, as it is applied.
    fn mask_of_view(&mut self, mask: Vec<bool>, view: ViewKind) -> Vec<bool> {
        mask
    }

    /// Where the result of a function lives whose input lives on `device`.
    fn device_of_result(&self, device: &str) -> String {
        device.to_owned()
    }

    /// The mask of a call.
    fn mask(&mut self, u: &[f64], x: &[f64], site: &Site) -> Vec<bool> {
        u.iter().map(|&u| self.keep(u, site)).collect()
    }

    /// Whether this uniform keeps.
    fn keep(&mut self, u: f64, site: &Site) -> bool {
        u > site.ratio
    }

    /// What kept elements are divided by.
    fn scale(&mut self, site: &Site) -> f64 {
        site.dtype.round(1.0 - site.ratio)
    }

    /// An element in train mode, to be rounded to the dtype.
    fn forward(&mut self, x: f64, element: &Element, site: &Site) -> f64 {
        x * element.mask() / element.scale
    }

    /// An element of the gradient, to be rounded to the dtype.
    fn backward(&mut self, gy: f64, element: &Element, site: &Site) -> f64 {
        site.dtype.round(gy / element.scale) * element.mask()
    }

    /// The mask that the way back uses.
    fn mask_for_backward(&mut self, mask: &[bool], site: &Site) -> Vec<bool> {
        mask.to_vec()
    }

    /// The scale that the way back uses.
    fn scale_for_backward(&mut self, scale: f64) -> f64 {
        scale
    }

    /// Whether test mode hands `x` itself back; else a copy, by [`Kernel::tested`].
    fn returns_input(&self, site: &Site) -> bool {
        true
    }

    /// An element in test mode.
    fn tested(&mut self, x: f64, site: &Site) -> f64 {
        x
    }

    /// An element of the gradient in test mode.
    fn tested_backward(&mut self, gy: f64, site: &Site) -> f64 {
        gy
    }

    /// Whether train mode hands `x` itself back.
    fn returns_input_in_training(&self, site: &Site) -> bool {
        false
    }

    /// Whether what comes back as `x` is another object on its memory.
    fn renames_input(&self) -> bool {
        false
    }

    /// An element of direct dropout in train mode.
    fn direct(&mut self, x: f64, element: &Element, site: &Site) -> f64 {
        x * element.mask()
    }

    /// An element of the gradient of direct dropout in train mode.
    fn direct_backward(&mut self, gy: f64, element: &Element, site: &Site) -> f64 {
        gy * element.mask()
    }

    /// What test mode multiplies by in direct dropout.
    fn direct_scale(&mut self, site: &Site) -> f64 {
        site.dtype.round(1.0 - site.ratio)
    }

    /// What the gradient of that is multiplied by.
    fn direct_scale_backward(&mut self, scale: f64) -> f64 {
        scale
    }

    /// The shape of a result, or of a gradient.
    fn shape(&self, shape: &[usize], gradient: bool) -> Vec<usize> {
        shape.to_vec()
    }

    /// The dtype that is claimed for a result of this shape.
    fn dtype(&self, dtype: Dtype, shape: &[usize]) -> Dtype {
        dtype
    }

    /// The dtype of what integers become; `None` if they are refused.
    fn integers(&self) -> Option<Dtype> {
        None
    }

    /// Whether the result is written over the input.
    fn in_place(&self, site: &Site) -> bool {
        false
    }

    /// The flag by its name.
    fn flag(&self, name: &str) -> Result<Option<Flag>, Error> {
        name.parse().map(Some)
    }

    /// Enters a scope and says what it saves.
    fn enter(&mut self, flag: Flag, value: bool) -> bool {
        let saved = Config::get(flag);
        Config::set(flag, value);
        saved
    }

    /// Leaves a scope that was entered with `value`.
    fn exit(&mut self, flag: Flag, value: bool, saved: bool, ended: Ended) {
        Config::set(flag, saved);
    }

    /// A scope was made and not entered; what is said here is what [`Kernel::enter_scope`] hears.
    fn make_scope(&mut self, flag: Flag, value: bool) -> bool {
        Config::get(flag)
    }

    /// Whether the adapter has nothing like a scope that is made and not entered.
    fn lacks_scope_objects(&self) -> bool {
        false
    }

    /// Enters a scope object, for which `made` was said when it was made and whose open entries have
    /// saved `open`, and says what the entry saves.
    fn enter_scope(&mut self, scope: Scope, made: bool, open: SavedFlags) -> bool {
        self.enter(scope.flag, scope.value)
    }

    /// Whether a scope object is refused that was entered before, and is open now or not.
    fn refuses_again(&self, flag: Flag, open: bool) -> bool {
        false
    }

    /// Leaves a scope object whose entry saved `saved` while others, entered later, are still open;
    /// whether that is refused.
    fn exit_before_others(
        &mut self,
        scope: Scope,
        saved: bool,
        others: &mut [(Scope, ScopeEntry)],
    ) -> bool {
        self.exit(scope.flag, scope.value, saved, Ended::Returned);
        false
    }

    /// Makes a dropout layer.
    fn make_layer(&mut self, ratio: f64) -> Layer {
        Layer::dropout(ratio)
    }

    /// Gives a layer or a model a mode.
    fn layer_mode(&mut self, layer: &Layer, train: bool) {
        layer.set_train(train);
    }

    /// The ratio of a call of a layer; no other layer has its number.
    fn layer_ratio(&mut self, layer: usize, ratio: f64) -> f64 {
        ratio
    }

    /// What a text counts for where a flag takes true or false; `None` if it is refused.
    fn truth(&self, flag: Flag, text: &str) -> Option<bool> {
        None
    }

    /// What a new thread begins with: its mode, and whether it records.
    fn beginning(&mut self) -> [Beginning; 2] {
        [Beginning::Default; 2]
    }

    /// This kernel works for a new thread.
    fn begin_thread(&mut self) {}

    /// Whether a scope keeps errors to itself.
    fn swallows(&self) -> bool {
        false
    }

    /// Whether a call is recorded, while the flag says `enabled`.
    fn records(&self, enabled: bool, train: bool, site: &Site) -> bool {
        enabled
    }

    /// Whether there is a way back from a variable without a creator: to itself.
    fn goes_back_from_anything(&self) -> bool {
        false
    }

    /// Whether the gradient of such a variable is what one goes back with, and not the sum with what was there.
    fn keeps_gy_as_gradient(&self) -> bool {
        false
    }

    /// Whether going back is an error, whatever it is from.
    fn refuses_to_go_back(&self, config: Config) -> bool {
        false
    }

    /// Going back has ended, in an error or not.
    fn after_backward(&mut self, failed: bool) {}

    /// Whether a variable that has a creator is said to be recorded.
    fn says_recorded(&self) -> bool {
        true
    }

    /// Whether a second gradient takes the place of the first.
    fn replaces_gradients(&self) -> bool {
        false
    }

    /// Whether `clear_grad` does anything.
    fn clears(&self) -> bool {
        true
    }

    /// The seed that the generator is given; `None` to leave it alone.
    fn seed(&mut self, value: u32) -> Option<u64> {
        Some(u64::from(value))
    }

    /// What the adapter runs in place of a step, for adapters that are broken.
    fn rewrite(&mut self, step: &Step) -> Step {
        step.clone()
    }

    /// Whether [`Kernel::rewrite`] does anything.
    fn rewrites(&self) -> bool {
        false
    }

    /// A fresh program begins.
    fn begin_program(&mut self) {}
}

/// What the open entries of a scope have saved, the latest last.
pub type SavedFlags<'s, 'o> = &'s mut (dyn Iterator<Item = &'o mut bool> + 's);

/// The generator: so many uniforms in [0, 1).
pub type Rand<'a> = &'a mut dyn FnMut(usize) -> Vec<f64>;

/// A call: all that an implementation could make depend on something that must not matter.
#[derive(Clone, Copy, Debug)]
pub struct Site {
    /// The dtype of the arrays.
    pub dtype: Dtype,
    /// The ratio.
    pub ratio: f64,
    /// How many dimensions `x` has.
    pub dimensions: usize,
    /// How many elements `x` has.
    pub elements: usize,
    /// Whether this is direct dropout.
    pub direct: bool,
    /// Whether the flags alone decide the mode; else it was given for this call.
    pub by_flags: bool,
    /// Whether `x` came as integers.
    pub integers: bool,
}

/// One element of a call.
#[derive(Clone, Copy, Debug)]
pub struct Element {
    /// Its place in the array, flat.
    pub index: usize,
    /// How many there are.
    pub of: usize,
    /// The input.
    pub x: f64,
    /// Whether the mask keeps it.
    pub kept: bool,
    /// What kept elements are divided by.
    pub scale: f64,
    /// 1 for the gradient, 2 for the gradient's gradient.
    pub order: usize,
}

impl Element {
    /// 1 if the element is kept, 0 if it is dropped.
    pub fn mask(&self) -> f64 {
        if self.kept { 1.0 } else { 0.0 }
    }
}

/// How a scope ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Its body ran to the end.
    Returned,
    /// An error left it.
    Error,
    /// A panic left it.
    Panic,
}

/// The reference, in pieces.
#[derive(Clone, Copy, Debug, Default)]
pub struct PlainKernel;

impl Kernel for PlainKernel {}
