use dezero_reference::{Config, Flag, Layer};
use dezero_spec::catalogue::{Element, Ended, Kernel, Rand, Site};
use dezero_spec::wire::Dtype;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use std::fmt;

/// What is wrong, and all that may be.
macro_rules! defects {
    ($($defect:ident),* $(,)?) => {
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub(super) enum Defect {
            $($defect),*
        }

        const DEFECTS: &[Defect] = &[$(Defect::$defect),*];
    };
}

defects! {
    HalfIsDropped,
    NothingIsDropped,
    TwiceAsManyAreDropped,
    ThresholdOfEightBits,
    MaskOfTheCallBefore,
    MaskOfTheCallBeforeBackwards,
    OneMaskForAllRows,
    PairsAreAlike,
    FirstElementIsDropped,
    LastElementIsKept,
    LargeNumbersAreKept,
    MaskComesFromX,
    ScaleIsTheRatio,
    NoScale,
    ScaleTwice,
    GradientWithoutMask,
    GradientWithoutScale,
    TestModeScales,
    TestModeDrops,
}

use Defect::*;

/// Where it shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Where {
    Dtype(Dtype),
    RatioBelow(f64),
    RatioAbove(f64),
    RatioNear(f64),
    Axes(usize),
    ElementsAbove(usize),
    ElementsBelow(usize),
    PowerOfTwo,
    OddLength,
    Direct,
    Inverted,
    InALayer,
    ByFlags,
    ByArgument,
    NoGrad,
    UnderTestMode,
    AfterAnError,
    AfterAScope,
    AfterACallInTestMode,
    AfterAWayBack,
    AfterALayerWasMade,
    AfterALayerWasGivenAMode,
    AfterAnotherRatio,
    AfterAnotherShape,
}

use Where::*;

fn conditions() -> Vec<Where> {
    let dtypes =
        [Dtype::Float16, Dtype::Bfloat16, Dtype::Float32, Dtype::Float64].map(Where::Dtype);
    let others = [
        RatioBelow(0.01),
        RatioBelow(0.11),
        RatioAbove(0.94),
        RatioAbove(0.99),
        RatioNear(0.25),
        RatioNear(0.5),
        RatioNear(0.75),
        RatioNear(0.9),
        Axes(0),
        Axes(1),
        Axes(2),
        Axes(3),
        Axes(4),
        Axes(5),
        ElementsAbove(1 << 10),
        ElementsAbove(1 << 12),
        ElementsAbove(1 << 17),
        ElementsBelow(64),
        PowerOfTwo,
        OddLength,
        Direct,
        Inverted,
        InALayer,
        ByFlags,
        ByArgument,
        NoGrad,
        UnderTestMode,
        AfterAnError,
        AfterAScope,
        AfterACallInTestMode,
        AfterAWayBack,
        AfterALayerWasMade,
        AfterALayerWasGivenAMode,
        AfterAnotherRatio,
        AfterAnotherShape,
    ];
    [&dtypes[..], &others].concat()
}

/// A wrong implementation: a defect, and all that must hold where it shows.
#[derive(Clone, Debug)]
pub(super) struct Drawn {
    defect: Defect,
    only: Vec<Where>,
}

impl fmt::Display for Drawn {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{:?} only {:?}", self.defect, self.only)
    }
}

impl Drawn {
    /// The one of a number, of a seed. Those that would be right, or that no call could show, are drawn again.
    pub(super) fn new(seed: u64, number: u64) -> Drawn {
        let mut random = ChaCha20Rng::seed_from_u64(seed << 32 ^ number);
        let mut below = |n: usize| (random.next_u64() % n as u64) as usize;
        let all = conditions();
        loop {
            let defect = DEFECTS[below(DEFECTS.len())];
            let mut only = vec![all[below(all.len())]];
            if below(2) == 0 {
                only.push(all[below(all.len())]);
            }
            let drawn = Drawn { defect, only };
            if drawn.shows() {
                return drawn;
            }
        }
    }

    /// Whether some call has all of it, and is wrong then.
    fn shows(&self) -> bool {
        let has = |is: fn(&Where) -> bool| self.only.iter().any(is);
        let kind = |condition: &Where| match condition {
            Dtype(_) => 0,
            RatioBelow(_) | RatioAbove(_) | RatioNear(_) => 1,
            Axes(_) => 2,
            ElementsAbove(_) | ElementsBelow(_) | PowerOfTwo | OddLength => 3,
            Direct | Inverted => 4,
            ByFlags | ByArgument => 5,
            other => 6 + all_numbers(other),
        };
        if let [one, other] = self.only[..]
            && kind(&one) == kind(&other)
        {
            return false;
        }
        let rated = |near: f64| self.only.contains(&RatioNear(near));
        let single = has(|it| *it == Axes(0));
        let direct = has(|it| *it == Direct);
        let layer = has(|it| *it == InALayer);
        let never = [
            // Layers have a mode of their own, and are inverted.
            layer && (direct || has(|it| matches!(it, ByFlags))),
            // In test mode by the flags nothing is dropped.
            has(|it| *it == UnderTestMode) && has(|it| *it == ByFlags),
            single && has(|it| matches!(it, ElementsAbove(_) | PowerOfTwo | OddLength)),
            // No array of so many axes is so large.
            has(|it| matches!(it, ElementsAbove(_))) && has(|it| matches!(it, Axes(4 | 5))),
            // At these ratios the defect is none, or as good as none.
            self.defect == HalfIsDropped && rated(0.5),
            self.defect == ScaleIsTheRatio && rated(0.5),
            self.defect == ThresholdOfEightBits
                && (rated(0.25) || rated(0.5) || rated(0.75) || rated(0.9)),
            self.defect == ThresholdOfEightBits
                && !has(|it| matches!(it, RatioBelow(_) | RatioAbove(_))),
            self.defect == TwiceAsManyAreDropped
                && has(|it| matches!(it, RatioAbove(_) | RatioNear(_))),
            // Of single numbers there are no rows and no pairs, and what is behind another has no form.
            matches!(self.defect, OneMaskForAllRows) && has(|it| matches!(it, Axes(0 | 1))),
            matches!(self.defect, PairsAreAlike) && single,
            // Direct dropout scales in test mode alone, and that is another function here.
            direct
                && matches!(
                    self.defect,
                    ScaleIsTheRatio
                        | NoScale
                        | ScaleTwice
                        | GradientWithoutScale
                        | TestModeScales
                        | TestModeDrops
                ),
            // There is no way back there.
            has(|it| *it == NoGrad)
                && matches!(self.defect, GradientWithoutMask | GradientWithoutScale),
            // A call that is given its mode does not ask the flags.
            matches!(self.defect, TestModeScales | TestModeDrops)
                && has(|it| matches!(it, AfterAnotherRatio | AfterAnotherShape | InALayer)),
            // Where hardly one is dropped, or kept, what is wrong with one in many is as good as right.
            matches!(self.defect, MaskOfTheCallBefore | MaskOfTheCallBeforeBackwards)
                && has(|it| matches!(it, AfterAnotherRatio | AfterAnotherShape)),
        ];
        !never.contains(&true)
    }

    /// What a thread of it is made of.
    pub(super) fn kernel(&self) -> DrawnKernel {
        DrawnKernel { drawn: self.clone(), ..DrawnKernel::default() }
    }
}

/// The place of a condition among all.
fn all_numbers(condition: &Where) -> usize {
    conditions().iter().position(|it| it == condition).unwrap_or_default()
}

/// What has happened since the last call in train mode.
#[derive(Clone, Copy, Default)]
struct Events {
    error: bool,
    scope: bool,
    tested: bool,
    back: bool,
    made: bool,
    given: bool,
}

/// The kernel of a wrong implementation.
pub(super) struct DrawnKernel {
    drawn: Drawn,
    events: Events,
    in_layer: bool,
    test_scopes: usize,
    wrong: bool,
    before: Vec<f64>,
    last: Option<(f64, usize, usize)>,
}

impl Default for DrawnKernel {
    fn default() -> DrawnKernel {
        let drawn = Drawn { defect: NoScale, only: Vec::new() };
        let (events, before, last) = (Events::default(), Vec::new(), None);
        let (in_layer, test_scopes, wrong) = (false, 0, false);
        DrawnKernel { drawn, events, in_layer, test_scopes, wrong, before, last }
    }
}

impl DrawnKernel {
    /// Whether all conditions hold for a call.
    fn holds(&self, site: &Site) -> bool {
        let (ratio, n) = (site.ratio, site.elements);
        let holds = |condition: &Where| match *condition {
            Dtype(dtype) => site.dtype == dtype,
            RatioBelow(most) => ratio > 0.0 && ratio < most,
            RatioAbove(least) => ratio > least && ratio < 1.0,
            RatioNear(near) => (ratio - near).abs() < 0.01,
            Axes(axes) => site.dimensions == axes,
            ElementsAbove(least) => n > least,
            ElementsBelow(most) => n < most,
            PowerOfTwo => n > 1 && n.is_power_of_two(),
            OddLength => n > 1 && n % 2 == 1,
            Direct => site.direct,
            Inverted => !site.direct,
            InALayer => self.in_layer,
            ByFlags => site.by_flags,
            ByArgument => !site.by_flags,
            NoGrad => !Config::get(Flag::EnableBackprop),
            UnderTestMode => self.test_scopes > 0,
            AfterAnError => self.events.error,
            AfterAScope => self.events.scope,
            AfterACallInTestMode => self.events.tested,
            AfterAWayBack => self.events.back,
            AfterALayerWasMade => self.events.made,
            AfterALayerWasGivenAMode => self.events.given,
            AfterAnotherRatio => self.last.is_some_and(|(before, ..)| before != ratio),
            AfterAnotherShape => {
                self.last.is_some_and(|(_, axes, of)| (axes, of) != (site.dimensions, n))
            }
        };
        self.drawn.only.iter().all(holds)
    }

    fn is(&self, defect: Defect) -> bool {
        self.wrong && self.drawn.defect == defect
    }
}

impl Kernel for DrawnKernel {
    fn begin(&mut self) {
        *self = self.drawn.kernel();
    }

    fn layer_ratio(&mut self, _layer: usize, ratio: f64) -> f64 {
        self.in_layer = true;
        ratio
    }

    fn refuses(&mut self, train: bool, site: &Site) -> bool {
        let refused = train && !(0.0..=1.0).contains(&site.ratio);
        self.events.error |= refused;
        if !train {
            self.wrong = self.holds(site);
            self.in_layer = false;
            self.events.tested = true;
        }
        refused
    }

    fn uniforms(&mut self, shape: &[usize], site: &Site, rand: Rand) -> Vec<f64> {
        self.wrong = self.holds(site);
        self.in_layer = false;
        self.events = Events::default();
        self.last = Some((site.ratio, site.dimensions, site.elements));
        let mut u = rand(site.elements);
        let fresh = u.clone();
        let before = |index: usize| self.before.get(index).copied();
        match self.drawn.defect {
            MaskOfTheCallBefore if self.wrong => {
                u.iter_mut().enumerate().for_each(|(i, u)| *u = before(i).unwrap_or(*u));
            }
            MaskOfTheCallBeforeBackwards if self.wrong => {
                let n = self.before.len();
                u.iter_mut().enumerate().for_each(|(i, u)| {
                    *u = n.checked_sub(i + 1).and_then(before).unwrap_or(*u);
                });
            }
            OneMaskForAllRows if self.wrong => {
                let row = shape.last().copied().unwrap_or(1).max(1);
                (0..u.len()).for_each(|i| u[i] = fresh[i % row]);
            }
            PairsAreAlike if self.wrong => (0..u.len()).for_each(|i| u[i] = fresh[i / 2 * 2]),
            _ => {}
        }
        self.before.clone_from(&u);
        u
    }

    fn mask(&mut self, u: &[f64], x: &[f64], site: &Site) -> Vec<bool> {
        let ratio = site.ratio;
        let edge = ratio <= 0.0 || ratio >= 1.0;
        let wrong = self.wrong && !edge;
        let n = u.len();
        let keep = |(index, (&u, &x)): (usize, (&f64, &f64))| {
            let right = u > ratio;
            match self.drawn.defect {
                _ if !wrong => right,
                HalfIsDropped => u > 0.5,
                NothingIsDropped => true,
                TwiceAsManyAreDropped => u > 2.0 * ratio,
                ThresholdOfEightBits => u > (ratio * 256.0).round() / 256.0,
                FirstElementIsDropped => right && index > 0,
                LastElementIsKept => right || index + 1 == n,
                LargeNumbersAreKept => right || x.abs() > 1.5,
                MaskComesFromX => (x.abs() * 977.0).fract() > ratio,
                _ => right,
            }
        };
        u.iter().zip(x).enumerate().map(keep).collect()
    }

    fn scale(&mut self, site: &Site) -> f64 {
        let right = site.dtype.round(1.0 - site.ratio);
        match self.drawn.defect {
            ScaleIsTheRatio if self.wrong && site.ratio > 0.0 => site.dtype.round(site.ratio),
            NoScale if self.wrong => 1.0,
            ScaleTwice if self.wrong => site.dtype.round(right * right),
            _ => right,
        }
    }

    fn mask_for_backward(&mut self, mask: &[bool], _site: &Site) -> Vec<bool> {
        if self.is(GradientWithoutMask) { vec![true; mask.len()] } else { mask.to_vec() }
    }

    fn scale_for_backward(&mut self, scale: f64) -> f64 {
        if self.is(GradientWithoutScale) { 1.0 } else { scale }
    }

    fn returns_input(&self, _site: &Site) -> bool {
        !(self.is(TestModeScales) || self.is(TestModeDrops))
    }

    fn tested(&mut self, x: f64, site: &Site) -> f64 {
        match self.drawn.defect {
            TestModeScales if self.wrong => site.dtype.round(x * (1.0 - site.ratio)),
            TestModeDrops if self.wrong => 0.0,
            _ => x,
        }
    }

    fn backward(&mut self, gy: f64, element: &Element, site: &Site) -> f64 {
        site.dtype.round(gy / element.scale) * element.mask()
    }

    fn enter(&mut self, flag: Flag, value: bool) -> bool {
        self.test_scopes += usize::from(flag == Flag::Train && !value);
        let saved = Config::get(flag);
        Config::set(flag, value);
        saved
    }

    fn exit(&mut self, flag: Flag, value: bool, saved: bool, ended: Ended) {
        Config::set(flag, saved);
        self.test_scopes -= usize::from(flag == Flag::Train && !value && self.test_scopes > 0);
        self.events.scope = true;
        self.events.error |= ended != Ended::Returned;
    }

    fn make_layer(&mut self, ratio: f64) -> Layer {
        self.events.made = true;
        Layer::dropout(ratio)
    }

    fn layer_mode(&mut self, layer: &Layer, train: bool) {
        self.events.given = true;
        layer.set_train(train);
    }

    fn after_backward(&mut self, failed: bool) {
        self.events.back = true;
        self.events.error |= failed;
    }
}
