use super::groups::Groups;
use super::surroundings::{ask_of, beginning, enter, exit, name};
use super::{Bounded, Explains, Must, Promoted, Should, Tolerance, World};
use crate::implementation::Exact;
use crate::implementation::flags::{self, Beginning, SharedFlags};
use crate::implementation::framework::{
    Call, Framework, NewThread, OpenScopes, ScopeObject, Stop, engine_dropout, not_a_value,
};
use crate::implementation::interpreter::{Interpreter, Observed, Ran};
use crate::wire::{Dtype, HandedBack, Same, Step};
use dezero_reference::ensemble::{DROPS, KEEPS};
use dezero_reference::random::rand;
use dezero_reference::{Config, DEFAULT_RATIO, Error, Flag, Variable, using_config};
use half::{bf16, f16};
use ndarray::ArrayD;

/// How closely values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exactness {
    /// Within the tolerance of the MUST rules.
    Must,
    /// Within the tolerance of the SHOULD rule.
    Should,
    /// To the bit of the engine's own arithmetic.
    Bitwise,
}

/// The most dropout calls of which all assignments are tried; 2^6 fit a word.
pub(super) const MOST_CALLS: usize = 6;

/// The engine under assumed masks and assumed answers to the choices.
pub(super) struct Oracle<'w, E: AskedElement> {
    world: &'w World,
    assumed: Assumed<'w>,
    program: &'w [Step],
    /// The steps that drew a mask, in the order of their first call.
    calls: Vec<usize>,
    /// Where nothing is dropped the engine has one variable for x and for all results.
    results: Vec<Dropped<E>>,
    /// The flags of the process, once there are threads and if flags belong to the process.
    shared: SharedFlags,
    /// The entries of scope objects that are open, in their order.
    open: OpenScopes,
    /// Whether each turn of a `repeat` is taken to go as the first.
    alike: bool,
}

/// A result of dropout whose identity with x is a question.
struct Dropped<E: AskedElement> {
    /// The number of the call.
    at: usize,
    /// The number of the call that made x, if one did.
    made: Option<usize>,
    x: Variable<E>,
    y: Variable<E>,
    question: &'static str,
}

/// Which dropout calls keep everything; the others keep nothing.
#[derive(Clone, Copy)]
pub(super) enum Assumed<'w> {
    /// Those of which the bit is set, as they are numbered in the order in which they draw.
    Whole(u64),
    /// Those of which the bit is set, as they are numbered in their groups.
    Grouped(u64, &'w Groups),
    /// All.
    All,
}

/// What an element needs so that the engine can be asked about it.
pub(super) trait AskedElement: Explains {
    /// A number of a gradient that goes back.
    fn gradient(value: Self) -> Self;
    /// A value that nothing is said about.
    fn anything() -> Self;
    /// The number that it is, or is near.
    fn number(self) -> f64;
    /// The ratio that the engine is given; at ratio 0 results are exact, or may be off as at any other.
    fn ratio(ratio: f64, _exact_at_zero: bool) -> f64 {
        ratio
    }
    /// What test mode hands back: a question, unless every bit is claimed to be the chapter's.
    fn test_result(world: &World) -> &'static str {
        world.ask("test_result")
    }
}

impl<T: Tolerance> AskedElement for Bounded<T> {
    fn gradient(gy: Self) -> Self {
        gy.on_the_way_back()
    }

    fn anything() -> Self {
        Bounded::anything()
    }

    fn number(self) -> f64 {
        self.value()
    }

    /// A ratio that vanishes beside 1 gives a scale of exactly 1 too, but there is the room of every
    /// scaling; so 1 - ratio is kept below 1.
    fn ratio(ratio: f64, exact_at_zero: bool) -> f64 {
        let scales = ratio > 0.0 || ratio == 0.0 && !exact_at_zero;
        if scales { ratio.max(f64::EPSILON / 2.0) } else { ratio }
    }
}

impl<E: Exact> AskedElement for E {
    fn gradient(gy: Self) -> Self {
        gy
    }

    fn anything() -> Self {
        Self::nearest(f64::NAN)
    }

    fn number(self) -> f64 {
        self.to_f64()
    }

    // r[dropout.bitwise.same]
    fn test_result(_world: &World) -> &'static str {
        "same"
    }
}

impl<'w, E: AskedElement> Oracle<'w, E> {
    pub(super) fn new(
        program: &'w [Step],
        world: &'w World,
        assumed: Assumed<'w>,
    ) -> Oracle<'w, E> {
        let (calls, results) = (Vec::new(), Vec::new());
        let (shared, open) = (SharedFlags::default(), OpenScopes::default());
        Oracle { world, assumed, program, calls, results, shared, open, alike: true }
    }

    /// An error where this world refuses an array for a number in it that is not finite. Those that look
    /// for NaN alone pass infinities, and the other way round.
    fn refuse_nonfinite(&self, question: &str, array: &ArrayD<E>) -> Result<(), Error> {
        let values = || array.iter().map(|&element| element.number());
        let nan = values().any(f64::is_nan).then_some(f64::NAN);
        let infinite = values().any(f64::is_infinite).then_some(f64::INFINITY);
        let kinds = match (nan, infinite) {
            (Some(_), Some(_)) => Some(f64::NEG_INFINITY),
            (nan, infinite) => nan.or(infinite),
        };
        match kinds.map(|kinds| self.world.ask_about(question, kinds)) {
            Some("error") => Err(Error::Ratio(f64::NAN)),
            _ => Ok(()),
        }
    }

    /// The kinds of calls that handed back what came in, up to the one of this number, each the result of the one
    /// before.
    fn handed_back(&self, mut made: Option<usize>) -> HandedBack {
        let mut kinds = HandedBack::NEVER;
        let mut before = &self.results[..];
        while let Some(index) = before.iter().rposition(|it| made == Some(it.at)) {
            let Dropped { x, y, question, made: of, .. } = &before[index];
            if !y.is(x) {
                break;
            }
            (kinds, made, before) = (kinds.and(question), *of, &before[..index]);
        }
        kinds
    }

    /// Where there is nothing to drop x may come back at any ratio. Each form has an answer of its own.
    fn hands_back_empty(&self, x: &Variable<E>, train: bool, direct: bool) -> bool {
        let form = f64::from(u8::from(train) + 2 * u8::from(direct));
        x.data().is_empty() && self.world.ask_about("empty_result", form) == "same"
    }
}

impl<E: AskedElement> Framework<E> for Oracle<'_, E> {
    fn dropout(&mut self, x: &mut Variable<E>, call: &Call) -> Result<Variable<E>, Error> {
        let train = Config::get(Flag::Train);
        let ratio = call.ratio.unwrap_or(DEFAULT_RATIO);
        if !self.world.dtype().is_float() {
            let question = if train { "integer.train" } else { "integer.test" };
            if self.world.ask(question) == "error" {
                return Err(Error::Ratio(ratio));
            }
        }
        if !(0.0..=1.0).contains(&ratio) {
            let question = match (ratio.is_nan(), train) {
                (false, true) => "invalid_ratio.train",
                (false, false) => "invalid_ratio.test",
                (true, true) => "nan_ratio.train",
                (true, false) => "nan_ratio.test",
            };
            match self.world.ask_about(question, ratio) {
                "error" => return Err(Error::Ratio(ratio)),
                _ if train => {
                    rand(x.data().shape()); // r[dropout.bitwise.draws]: a senseless ratio, too.
                    return Ok(Variable::new(x.data().mapv(|_| E::anything())));
                }
                // The engine's own direct dropout refuses it.
                _ if call.direct => return Ok(x.clone()),
                _ => {}
            }
        }
        let at_one = if train { "ratio_one" } else { "ratio_one.test" };
        // An empty x may be handed back before the ratio is looked at.
        if ratio == 1.0
            && !call.direct
            && !self.hands_back_empty(x, train, false)
            && self.world.ask(at_one) == "error"
        {
            return Err(Error::Ratio(ratio));
        }
        // What an earlier call made depends on its mask, so of results no refusal is foreseen.
        if call.given {
            let question = if train { "nonfinite_input.train" } else { "nonfinite_input.test" };
            self.refuse_nonfinite(question, x.data())?;
        }
        let mut call = call.clone();
        if train && call.uniforms.is_none() {
            let index = self.calls.iter().position(|&at| at == call.at).unwrap_or_else(|| {
                self.calls.push(call.at);
                self.calls.len() - 1
            });
            let kept = match self.assumed {
                Assumed::Whole(assignment) => assignment >> index & 1,
                Assumed::Grouped(assignment, groups) => assignment >> groups.place(call.at) & 1,
                Assumed::All => 1,
            };
            let u = if kept == 1 { KEEPS } else { DROPS };
            call.uniforms = Some(vec![u; x.data().len()]);
        }
        // Only train mode must hand x out bit by bit at ratio 0: direct dropout scales in test mode.
        if train || call.direct {
            call.ratio = Some(E::ratio(ratio, train));
        }
        let question = match (train, call.direct) {
            (false, false) => "test_result",
            _ if self.hands_back_empty(x, train, call.direct) => "empty_result",
            (true, false) if ratio == 0.0 => "ratio_zero_result",
            _ => return engine_dropout(x, &call),
        };
        // Where nothing is dropped, x itself may come back, which may be a leaf.
        let same = match question {
            "test_result" => false,
            "empty_result" => true,
            question => self.world.ask(question) == "same",
        };
        let y = match same {
            true => {
                if train {
                    rand(x.data().shape()); // r[dropout.bitwise.draws]
                }
                x.clone()
            }
            false => engine_dropout(x, &call)?,
        };
        let (at, made) = (call.at, call.made);
        self.results.push(Dropped { at, made, x: x.clone(), y: y.clone(), question });
        Ok(y)
    }

    fn backward(
        &mut self,
        y: &Variable<E>,
        made: Option<usize>,
        gy: Option<ArrayD<E>>,
        create_graph: bool,
    ) -> Result<(), Error> {
        let gy = gy.unwrap_or_else(|| y.data().mapv(|_| E::nearest(1.0)));
        self.refuse_nonfinite("nonfinite_gradient", &gy)?;
        let gy = gy.mapv(E::gradient);
        if y.has_creator() {
            return y.backward(Some(gy), create_graph);
        }
        let answer = match self.handed_back(made) {
            HandedBack::NEVER => self.world.ask("backward_without_graph"),
            how => self.world.ask_about("backward_of_input", how.about(y.data().len())),
        };
        match answer {
            "error" => Err(Error::NoCreator),
            "gradient" => {
                // Through a multiplication by one, since a leaf has no way back of its own.
                let ones = Variable::new(y.data().mapv(|_| E::nearest(1.0)));
                let z = using_config(Flag::EnableBackprop, true, || y * &ones);
                z.backward(Some(gy), create_graph)
            }
            _ => Ok(()),
        }
    }

    fn same(&mut self, a: &Variable<E>, b: &Variable<E>, made: Option<usize>) -> Same {
        let of = |it: &&Dropped<E>| made == Some(it.at) && it.x.is(a) && it.y.is(b);
        let asked = self.results.iter().rev().find(of);
        let answer = |question| match question {
            "test_result" => E::test_result(self.world),
            question => self.world.ask(question),
        };
        match asked.map(|it| answer(it.question)) {
            Some("same") => Same::Object,
            Some("alias") => Same::Memory,
            Some(_) => Same::No,
            None if a.is(b) => Same::Object,
            None => Same::No,
        }
    }

    fn turns_are_alike(&self) -> bool {
        self.alike
    }

    fn truth(&mut self, flag: Flag, text: &str) -> Result<bool, Stop> {
        match ask_of(self.world, "other_value", flag) {
            "error" => Err(not_a_value(text)),
            answer => Ok(answer == "true"),
        }
    }

    fn enter(&mut self, scope: &mut ScopeObject) -> Result<(), Stop> {
        enter(&mut self.open, self.world, scope)
    }

    fn exit(&mut self, scope: &mut ScopeObject) -> Result<(), Stop> {
        exit(&mut self.open, self.world, scope)
    }

    fn for_thread<'a>(&mut self, body: &[Step], first: usize) -> Option<NewThread<'a, Self>>
    where
        Self: 'a,
    {
        // All calls of the body have their place before it runs, or the threads would race for them.
        let numbered = Step::numbered(body).into_iter();
        let calls = numbered.filter(|(_, step)| step.may_draw()).map(|(at, _)| first + at);
        self.calls.extend(calls);
        let (world, assumed, calls) = (self.world, self.assumed, self.calls.clone());
        let (program, alike) = (self.program, self.alike);
        let flags = self.shared.for_thread(|flag| match Step::sets_flag(program, name(flag)) {
            true => beginning(world, flag),
            // It is as in a fresh process everywhere.
            false => Beginning::Default,
        });
        Some(Box::new(move || {
            let (results, open) = (Vec::new(), OpenScopes::default());
            let shared = flags.begin();
            Oracle { world, assumed, program, calls, results, shared, open, alike }
        }))
    }

    fn look_around(&mut self) {
        self.shared.load();
    }

    fn make_known(&mut self) {
        self.shared.store();
    }
}

/// What the specification predicts in one world.
pub(super) struct Predicted<E: AskedElement> {
    /// The observations under each assignment of the masks.
    pub(super) observed: Vec<Vec<Observed<E>>>,
    /// How the program ends; no mask changes that.
    pub(super) ended: Option<(usize, Stop)>,
    /// The steps whose calls drew a mask, in order.
    pub(super) calls: Vec<usize>,
}

/// What the specification predicts in one world, under all assignments of the masks.
///
/// # Panics
/// If the program uses a name that it has not bound, or has more than [`MOST_CALLS`] dropout calls.
pub(super) fn predict<E: AskedElement>(program: &[Step], world: &World) -> Predicted<E> {
    let ((first, ended), calls) = predict_one(program, world, Assumed::Whole(0));
    assert!(calls.len() <= MOST_CALLS, "{} dropout calls are too many", calls.len());
    if let Some((at, Stop::Unsupported(why))) = &ended {
        panic!("the judge's own program, step {at}: {why}");
    }
    let others = (1..1 << calls.len()).map(Assumed::Whole);
    let others = others.map(|other| predict_one(program, world, other).0.0);
    Predicted { observed: std::iter::once(first).chain(others).collect(), ended, calls }
}

/// The same, with the assignments of all groups at once: as many as the largest has of calls that draw; and
/// the groups of those.
///
/// # Panics
/// If the program uses a name that it has not bound, or more than [`MOST_CALLS`] calls of one group draw.
pub(super) fn predict_groups<E: AskedElement>(
    program: &[Step],
    world: &World,
    groups: &Groups,
) -> (Predicted<E>, Groups) {
    let ((first, ended), calls) = predict_one(program, world, Assumed::Whole(0));
    if let Some((at, Stop::Unsupported(why))) = &ended {
        panic!("the judge's own program, step {at}: {why}");
    }
    let groups = groups.among(&calls);
    let most = groups.largest();
    assert!(most <= MOST_CALLS, "{most} dropout calls are too many");
    let others = (1..1 << most).map(|other| Assumed::Grouped(other, &groups));
    let others = others.map(|other| predict_one(program, world, other).0.0);
    let observed = std::iter::once(first).chain(others).collect();
    (Predicted { observed, ended, calls }, groups)
}

pub(super) fn predict_one<E: AskedElement>(
    program: &[Step],
    world: &World,
    assumed: Assumed,
) -> (Ran<E>, Vec<usize>) {
    let mut oracle = Oracle::new(program, world, assumed);
    let ran = from_fresh_flags(|| Interpreter::run(&mut oracle, program));
    (ran, oracle.calls)
}

/// What is observed if all is kept, and each turn of a `repeat` is run.
pub(super) fn predict_turns<E: AskedElement>(program: &[Step], world: &World) -> Vec<Observed<E>> {
    let mut oracle = Oracle { alike: false, ..Oracle::new(program, world, Assumed::All) };
    from_fresh_flags(|| Interpreter::run(&mut oracle, program)).0
}

/// Runs with the flags of a fresh process. The oracle shares the thread's flags with an implementation
/// that runs in this process, so they are put back.
pub(super) fn from_fresh_flags<R>(run: impl FnOnce() -> R) -> R {
    let before = Config::current();
    flags::set(flags::DEFAULT);
    let ran = run();
    flags::set(before);
    ran
}

/// A function that is generic over the elements of the oracle.
pub(super) trait WithElement {
    /// What it returns.
    type Output;
    /// Runs it.
    fn run<E: AskedElement>(self) -> Self::Output;
}

/// Runs `function` with the element that compares `dtype` as closely as `exactness` says.
pub(super) fn with_element<W: WithElement>(
    dtype: Dtype,
    exactness: Exactness,
    function: W,
) -> W::Output {
    fn of<E: Exact, W: WithElement>(exactness: Exactness, function: W) -> W::Output {
        match exactness {
            Exactness::Must => function.run::<Bounded<Must<E>>>(),
            Exactness::Should => function.run::<Bounded<Should<E>>>(),
            Exactness::Bitwise => function.run::<E>(),
        }
    }
    match dtype {
        Dtype::Float16 => of::<f16, W>(exactness, function),
        Dtype::Bfloat16 => of::<bf16, W>(exactness, function),
        Dtype::Float32 => of::<f32, W>(exactness, function),
        Dtype::Float64 => of::<f64, W>(exactness, function),
        Dtype::Int32 | Dtype::Int64 => function.run::<Bounded<Promoted>>(),
    }
}
