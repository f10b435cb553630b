//! Which programs may be drawn, decided from their text: those that every right implementation
//! answers alike, but for masks and choices.

use super::graph::{Graph, Made, Node, Way};
use crate::checks::round_ratio;
use crate::wire::{Array, Dropout, Dtype, FlagValue, Mode, Real, Start, Step, ViewKind, needs};
use dezero_reference::DEFAULT_RATIO;
use std::collections::BTreeMap;

/// Why a program is not drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Refused(pub(super) &'static str);

/// The most steps of a program.
pub const MOST_STEPS: usize = 30;

/// The most dropout calls in one turn; the oracle tries all their masks.
const MOST_CALLS: usize = 6;

/// The most numbers that the oracle computes for one observation, under all masks.
const MOST_NUMBERS: usize = 1 << 18;

/// What is known at one point of a program.
#[derive(Clone)]
pub(super) struct Scene<'a> {
    start: &'a Start,
    /// Whether values are compared to the bit.
    bitwise: bool,
    dtype: Option<Dtype>,
    pub(super) graph: Graph,
    names: BTreeMap<String, usize>,
    scopes: BTreeMap<String, ScopeKnown>,
    /// The flags `train` and `enable_backprop`, where they are known.
    flags: [Option<bool>; 2],
    calls: usize,
    masks: usize,
    elements: usize,
    /// Whether some number or ratio is extreme.
    wild: bool,
    /// Whether some number is not finite.
    nonfinite: bool,
    computes: bool,
    inside: Inside,
    /// Scopes that were entered by hand and are open, in their order.
    by_hand: Vec<String>,
}

/// Where in a program one is.
#[derive(Clone, Copy, Default)]
struct Inside {
    repeat: bool,
    thread: bool,
    /// How many scopes were open by hand when the innermost `catch` began; `None` outside of all.
    catch: Option<usize>,
    /// Whether somebody may have refused something in this `catch`.
    doubtful: bool,
}

#[derive(Clone, Debug)]
struct ScopeKnown {
    flag: String,
    value: bool,
    open: usize,
    used: bool,
    /// What became of it depends on the implementation.
    lost: bool,
    saved: Vec<Option<bool>>,
}

/// Why a block ends before its end.
pub(super) enum End {
    Raised,
    Refused(Refused),
}

impl From<Refused> for End {
    fn from(refused: Refused) -> End {
        End::Refused(refused)
    }
}

const FLAGS: [&str; 2] = ["train", "enable_backprop"];

fn flag_index(flag: &str) -> Option<usize> {
    FLAGS.iter().position(|&known| known == flag)
}

fn refuse<T>(why: &'static str) -> Result<T, End> {
    Err(End::Refused(Refused(why)))
}

/// Whether `program` may be drawn for an implementation that answered `start`, as far as its text
/// tells.
pub(super) fn well_formed(program: &[Step], start: &Start, bitwise: bool) -> Result<(), Refused> {
    if program.iter().map(Step::count).sum::<usize>() > MOST_STEPS {
        return Err(Refused("too many steps"));
    }
    if !needs(program).iter().all(|need| start.claims(need)) {
        return Err(Refused("it needs what is not claimed"));
    }
    let mut scene = Scene::new(start, bitwise);
    match scene.block(program) {
        Ok(()) if scene.by_hand.is_empty() => Ok(()),
        Ok(()) => Err(Refused("a scope is left open")),
        Err(End::Raised) => Err(Refused("it ends in an error")),
        Err(End::Refused(why)) => Err(why),
    }
}

impl<'a> Scene<'a> {
    pub(super) fn new(start: &'a Start, bitwise: bool) -> Scene<'a> {
        Scene {
            start,
            bitwise,
            dtype: None,
            graph: Graph::default(),
            names: BTreeMap::new(),
            scopes: BTreeMap::new(),
            flags: [Some(true); 2],
            calls: 0,
            masks: 0,
            elements: 0,
            wild: false,
            nonfinite: false,
            computes: false,
            inside: Inside::default(),
            by_hand: Vec::new(),
        }
    }

    /// The names that are bound, with what they stand for, those that were bound last at the end.
    pub(super) fn bound(&self) -> Vec<(&str, &Node)> {
        let mut all = self.names.iter().collect::<Vec<_>>();
        all.sort_by_key(|&(_, &node)| node);
        all.into_iter().map(|(name, &node)| (name.as_str(), &self.graph.nodes[node])).collect()
    }

    /// What a name stands for.
    pub(super) fn known(&self, name: &str) -> Option<&Node> {
        self.names.get(name).map(|&node| &self.graph.nodes[node])
    }

    /// A flag, where it is known.
    pub(super) fn flag(&self, flag: &str) -> Option<bool> {
        flag_index(flag).and_then(|index| self.flags[index])
    }

    /// The same in a scope.
    pub(super) fn within(&self, flag: &str, value: bool) -> Scene<'a> {
        let mut inside = self.clone();
        if let Some(index) = flag_index(flag) {
            inside.flags[index] = Some(value);
        }
        inside
    }

    /// The same where errors are caught.
    pub(super) fn in_catch(&self) -> Scene<'a> {
        let catch = Some(self.by_hand.len());
        Scene { inside: Inside { catch, ..self.inside }, ..self.clone() }
    }

    /// The same in a closed body.
    pub(super) fn in_closed(&self, closed: Closed) -> Scene<'a> {
        let mut inside = self.clone();
        inside.close(closed);
        inside
    }

    /// Whether a closed body may begin here: they are not nested.
    pub(super) fn may_close(&self) -> bool {
        !self.inside.repeat && !self.inside.thread && self.by_hand.is_empty()
    }

    /// Whether an error may be raised here.
    pub(super) fn catches(&self) -> bool {
        self.inside.catch == Some(self.by_hand.len())
    }

    fn block(&mut self, steps: &[Step]) -> Result<(), End> {
        let open = self.by_hand.len();
        for (index, step) in steps.iter().enumerate() {
            match self.step(step) {
                Ok(()) => {}
                Err(End::Raised) => {
                    // Only who swallows errors comes here.
                    let reads = |step: &Step| matches!(step, Step::Config { .. });
                    return match steps[index + 1..].iter().all(reads) && self.by_hand.len() == open
                    {
                        true => Err(End::Raised),
                        false => refuse("more than reading of flags after an error"),
                    };
                }
                Err(refused) => return Err(refused),
            }
        }
        match self.by_hand.len() == open {
            true => Ok(()),
            false => refuse("a block leaves a scope open, or leaves one from outside"),
        }
    }

    /// Goes on by one step.
    pub(super) fn step(&mut self, step: &Step) -> Result<(), End> {
        let observes = matches!(
            step,
            Step::Value { .. } | Step::Grad { .. } | Step::Config { .. } | Step::Device { .. }
        );
        if self.inside.doubtful && !observes {
            return refuse("after what may be refused, one only observes");
        }
        match step {
            Step::Variable { to, array, device } => self.variable(to, array, device.as_deref())?,
            Step::View { to, of, kind } => {
                let node = self.node(of)?;
                let known = &self.graph.nodes[node];
                if known.made != Made::Leaf || !self.is_float() {
                    return refuse("a view of something computed");
                }
                let mut view = Node::new(Made::View, &seen(&known.shape, *kind), vec![(node, 1.0)]);
                (view.way, view.largest) = (Way::Unclear, known.largest);
                view.device.clone_from(&known.device);
                self.elements = self.elements.max(view.shape.iter().product());
                self.bind(to, view);
            }
            Step::Dropout(call) => self.dropout(call, false)?,
            Step::DirectDropout(call) => self.dropout(call, true)?,
            Step::Add { to, a, b } => self.arithmetic(to, a, b, false)?,
            Step::Mul { to, a, b } => self.arithmetic(to, a, b, true)?,
            Step::Backward { of, gy, create_graph } => {
                self.backward(of, gy.as_ref(), *create_graph)?;
            }
            Step::GradAs { of, to } => {
                let leaf = self.leaf(of)?;
                let gradient = self.graph.gradient_of(leaf)?;
                self.names.insert(to.clone(), gradient);
            }
            Step::ClearGrad { of } => {
                let leaf = self.leaf(of)?;
                self.graph.clear(leaf);
            }
            Step::Grad { of } => {
                let leaf = self.leaf(of)?;
                if self.graph.nodes[leaf].doubtful && !self.inside.doubtful {
                    return refuse("who refuses to go back may have begun with it");
                }
                if self.bitwise {
                    return refuse("gradients are claimed to the bit by nobody");
                }
            }
            Step::Value { of } => {
                if self.graph.nodes[self.node(of)?].made == Made::Gradient {
                    return refuse("a gradient is observed as one");
                }
            }
            Step::Device { of } => {
                self.node(of)?;
            }
            Step::Recorded { of } => {
                let node = &self.graph.nodes[self.node(of)?];
                let made = matches!(node.made, Made::Train | Made::Sum | Made::Product);
                if !made || node.perhaps.is_some() || node.way == Way::Unclear {
                    return refuse("whether that is recorded is not said");
                }
            }
            Step::Same { a, b } => {
                let (x, y) = (self.node(a)?, self.node(b)?);
                let direct = self.graph.nodes[y].perhaps == Some(x);
                if !direct || self.flags[1] != Some(true) || !self.known_to_be_plain(x) {
                    return refuse("whether these are one is not said");
                }
            }
            Step::Config { .. } => {}
            Step::Draws {} => {
                if !self.bitwise || self.inside.repeat || self.inside.thread {
                    return refuse("nobody counts the draws here");
                }
            }
            Step::Raise { .. } => {
                return match self.inside.catch {
                    Some(open) if open == self.by_hand.len() => Err(End::Raised),
                    _ => refuse("an error that nobody catches, or that leaves a scope open"),
                };
            }
            Step::Catch { body } => self.catch(body)?,
            Step::Repeat { times, body } => self.repeat(*times, body)?,
            Step::TestMode { body } => self.scoped("train", false, body)?,
            Step::NoGrad { body } => self.scoped("enable_backprop", false, body)?,
            Step::UsingConfig { flag, value: FlagValue::Bool(value), body }
                if flag_index(flag).is_some() =>
            {
                self.scoped(flag, *value, body)?;
            }
            // An unknown name is refused by everybody, a text by some.
            Step::UsingConfig { body, .. } => {
                self.doubt()?;
                if body.iter().any(|step| !matches!(step, Step::Config { .. })) {
                    return refuse("more than reading of flags in a scope that may be refused");
                }
            }
            Step::SetConfig { flag, value } => {
                let Some(index) = flag_index(flag) else { return refuse("no such flag") };
                self.flags[index] = Some(*value);
            }
            Step::Scope { to, flag, value } => {
                if flag_index(flag).is_none() || self.by_hand.contains(to) {
                    return refuse("no such flag, or the scope is open");
                }
                let (flag, value) = (flag.clone(), *value);
                let known =
                    ScopeKnown { flag, value, open: 0, used: false, lost: false, saved: vec![] };
                self.scopes.insert(to.clone(), known);
            }
            Step::Enter { of, body } => self.enter(of, body.as_deref())?,
            Step::Exit { of } => self.exit(of)?,
            Step::Threads { bodies } => super::together::threads(self, bodies)?,
            Step::Barrier {} => {
                if !self.inside.thread || self.inside.repeat {
                    return refuse("a barrier outside of threads");
                }
            }
            Step::Seed { .. } => return refuse("who seeds is judged by other rules"),
        }
        let numbers = self.elements.checked_shl(self.masks as u32);
        match self.masks <= MOST_CALLS && numbers.is_some_and(|n| n <= MOST_NUMBERS) {
            true if self.wild && (self.calls > 1 || self.computes) => {
                refuse("extreme numbers in more than one call")
            }
            true => Ok(()),
            false => refuse("too many masks"),
        }
    }

    fn is_float(&self) -> bool {
        self.dtype.is_some_and(Dtype::is_float)
    }

    fn largest(&self) -> f64 {
        // With room for the rounding of every step on the way.
        self.dtype.map_or(0.0, Dtype::largest) / 8.0
    }

    fn node(&self, name: &str) -> Result<usize, End> {
        match self.names.get(name) {
            Some(&node) => Ok(node),
            None => refuse("a name that is not bound"),
        }
    }

    fn leaf(&self, name: &str) -> Result<usize, End> {
        let node = self.node(name)?;
        match self.graph.nodes[node].made == Made::Leaf && self.is_float() {
            true => Ok(node),
            false => refuse("gradients of what was computed are not judged"),
        }
    }

    fn known_to_be_plain(&self, node: usize) -> bool {
        let node = &self.graph.nodes[node];
        matches!(node.made, Made::Leaf | Made::Train) && node.perhaps.is_none()
    }

    fn bind(&mut self, name: &str, node: Node) {
        let node = self.graph.add(node);
        self.names.insert(name.to_owned(), node);
    }

    /// Something that somebody may refuse.
    fn doubt(&mut self) -> Result<(), End> {
        match self.inside.catch {
            Some(open) if open == self.by_hand.len() => {
                self.inside.doubtful = true;
                Ok(())
            }
            _ => refuse("what may be refused, where nobody catches that"),
        }
    }

    fn variable(&mut self, to: &str, array: &Array, device: Option<&str>) -> Result<(), End> {
        if self.dtype.is_some_and(|dtype| dtype != array.dtype) {
            return refuse("two dtypes in one program");
        }
        if device.is_some_and(|device| !self.start.devices.iter().any(|known| known == device))
            || !self.start.dtypes.contains(&array.dtype)
            || array.values.len() > self.start.max_elements
        {
            return refuse("it is not claimed");
        }
        self.dtype = Some(array.dtype);
        self.elements = self.elements.max(array.values.len());
        self.wild |= array.dtype.is_float() && array.values.iter().any(|&x| is_wild(x));
        self.nonfinite |= array.values.iter().any(|x| !x.is_finite());
        let mut node = Node::new(Made::Leaf, &array.shape, Vec::new());
        node.largest = largest(array);
        node.device = device.map(str::to_owned);
        if !array.dtype.is_float() {
            node.way = Way::Unclear;
        }
        self.bind(to, node);
        Ok(())
    }

    fn dropout(&mut self, call: &Dropout, direct: bool) -> Result<(), End> {
        let of = self.node(&call.of)?;
        let x = self.graph.nodes[of].clone();
        let dtype = self.dtype.unwrap_or(Dtype::Float32);
        let Real(ratio) = call.ratio.unwrap_or(Real(DEFAULT_RATIO));
        if call.ratio.is_some() && !same(round_ratio(self.start, dtype, ratio), ratio) {
            return refuse("a ratio that cannot be given");
        }
        if x.made == Made::Gradient {
            return refuse("dropout of a gradient");
        }
        self.calls += 1;
        let train = match call.mode {
            Some(mode) => Some(mode == Mode::Train),
            None => self.flags[0],
        };
        // On a thread, the oracle has a place for each call that might draw.
        let might = self.inside.thread && call.mode.is_none();
        if (train != Some(false) || might) && call.u.is_none() {
            self.masks += 1;
        }
        if let Some(u) = &call.u {
            let near = |&u: &f64| (u - ratio).abs() < 1e-5;
            if u.shape != x.shape || !self.bitwise && u.values.iter().any(near) {
                return refuse("uniforms that are not told from the ratio by everybody");
            }
        }
        // Nothing but what is told from 0 and 1 in every dtype is usual.
        let usual = ratio == 0.0 || (0.0078125..=0.9921875).contains(&ratio);
        self.wild |= !usual;
        if !self.is_float()
            || ratio >= 1.0 && train != Some(false)
            || !(0.0..=1.0).contains(&ratio)
            || ratio == 1.0
        {
            self.doubt()?;
        }
        if ratio == 1.0 && self.nonfinite {
            return refuse("at ratio 1, what is not finite may be multiplied or not");
        }
        if self.bitwise && !(0.0..=1.0).contains(&ratio) {
            return refuse("nobody claims the bits of a senseless ratio");
        }
        if direct && (!usual || !self.is_float()) {
            return refuse("direct dropout is judged at usual ratios");
        }
        let by = if direct { 1.0 } else { (1.0 / (1.0 - ratio)).max(1.0) };
        let tested = train == Some(false);
        let made = if tested { Made::Test } else { Made::Train };
        let by = if tested || train.is_none() && direct { 1.0 } else { by };
        let mut y = Node::new(made, &x.shape, vec![(of, by)]);
        y.largest = x.largest * by;
        y.device.clone_from(&x.device);
        let itself = !direct && (tested || ratio == 0.0) || train.is_none();
        y.perhaps = itself.then_some(of);
        y.way = match (self.flags[1], x.way, itself) {
            _ if x.made == Made::View || train.is_none() => Way::Unclear,
            (None, ..) | (Some(true), Way::NotRecorded | Way::Unclear, _) => Way::Unclear,
            (Some(true), Way::Recorded, _) => Way::Recorded,
            (Some(false), Way::NotRecorded, _) => Way::NotRecorded,
            (Some(false), _, true) => Way::Unclear,
            (Some(false), ..) => Way::NotRecorded,
        };
        if itself && x.way == Way::NotRecorded {
            // Where it is handed back, the one is the other.
            self.graph.nodes[of].way = Way::Unclear;
        }
        if !self.wild && y.largest > self.largest() {
            return refuse("it may overflow");
        }
        self.bind(&call.to, y);
        Ok(())
    }

    fn arithmetic(&mut self, to: &str, a: &str, b: &str, product: bool) -> Result<(), End> {
        let (left, right) = (self.node(a)?, self.node(b)?);
        let [x, y] = [left, right].map(|node| self.graph.nodes[node].clone());
        let odd = |node: &Node| matches!(node.made, Made::View | Made::Gradient);
        if odd(&x) || odd(&y) || x.shape != y.shape || x.device != y.device || self.bitwise {
            return refuse("operands that do not fit");
        }
        if !self.is_float() {
            return refuse("integers are not computed with");
        }
        self.computes = true;
        let by = if product { [y.largest, x.largest] } else { [1.0, 1.0] };
        let made = if product { Made::Product } else { Made::Sum };
        let mut z = Node::new(made, &x.shape, vec![(left, by[0]), (right, by[1])]);
        z.largest = if product { x.largest * y.largest } else { x.largest + y.largest };
        z.device = x.device;
        let ways = [x.way, y.way];
        z.way = match self.flags[1] {
            _ if ways.contains(&Way::Unclear) => Way::Unclear,
            Some(false) => Way::NotRecorded,
            Some(true) if ways.contains(&Way::Recorded) => Way::Recorded,
            _ => Way::Unclear,
        };
        if z.largest > self.largest() {
            return refuse("it may overflow");
        }
        self.bind(to, z);
        Ok(())
    }

    fn backward(&mut self, of: &str, gy: Option<&Array>, create_graph: bool) -> Result<(), End> {
        let node = self.node(of)?;
        if gy.is_some_and(|gy| {
            gy.shape != self.graph.nodes[node].shape || Some(gy.dtype) != self.dtype
        }) {
            return refuse("a gradient of another shape");
        }
        let values = gy.iter().flat_map(|gy| &gy.values);
        self.wild |= values.clone().any(|gy| !gy.is_finite());
        if values.clone().any(|gy| gy.is_finite() && is_wild(*gy)) {
            return refuse("a gradient of extreme size");
        }
        let bound = gy.map_or(1.0, largest);
        let limit = if self.wild { f64::INFINITY } else { self.largest() };
        match self.graph.backward(node, bound, create_graph, limit)? {
            true => self.doubt(),
            false => Ok(()),
        }
    }

    fn catch(&mut self, body: &[Step]) -> Result<(), End> {
        if let [Step::Exit { of }] = body {
            return self.leave_early(of);
        }
        let outside = self.inside;
        let before = self.names.clone();
        self.inside = Inside { catch: Some(self.by_hand.len()), ..outside };
        let ended = self.block(body);
        if self.inside.doubtful {
            // What a name stands for that was bound behind a doubt is known to nobody.
            self.names.retain(|name, node| before.get(name) == Some(&*node));
        }
        self.inside = outside;
        match ended {
            Ok(()) | Err(End::Raised) => Ok(()),
            refused => refused,
        }
    }

    /// Runs a body in a scope, which restores the flag on every way out.
    pub(super) fn scoped(&mut self, flag: &str, value: bool, body: &[Step]) -> Result<(), End> {
        let Some(index) = flag_index(flag) else { return refuse("no such flag") };
        let (saved, outside) = (self.flags[index], self.inside);
        self.flags[index] = Some(value);
        let ended = self.block(body);
        self.inside = Inside { doubtful: self.inside.doubtful, ..outside };
        self.flags[index] = saved;
        ended
    }

    /// A body that is closed: it uses only what it makes, and nothing that it makes is used outside.
    pub(super) fn closed(&mut self, body: &[Step], inside: Closed) -> Result<(), End> {
        let (names, scopes) = (self.names.clone(), self.scopes.clone());
        let (outside, flags) = (self.inside, self.flags);
        self.close(inside);
        let ended = self.block(body);
        let same_flags = self.flags == flags;
        (self.names, self.scopes, self.inside, self.flags) = (names, scopes, outside, flags);
        match ended {
            Ok(()) if inside == Closed::Repeat && !same_flags => refuse("turns that differ"),
            Err(End::Raised) => refuse("an error that leaves a closed body"),
            ended => ended,
        }
    }

    fn close(&mut self, closed: Closed) {
        self.names.clear();
        self.scopes.clear();
        match closed {
            Closed::Repeat => self.inside = Inside { repeat: true, catch: None, ..self.inside },
            Closed::Thread => {
                self.inside = Inside { thread: true, ..Inside::default() };
                self.flags = [None; 2];
            }
        }
    }

    fn repeat(&mut self, times: usize, body: &[Step]) -> Result<(), End> {
        let threads = |step: &Step| matches!(step, Step::Threads { .. });
        if self.inside.repeat || self.inside.thread || times > 64 {
            return refuse("repeats within repeats, or on threads");
        }
        if Step::numbered(body).iter().any(|(_, step)| threads(step)) {
            return refuse("threads in a repeat");
        }
        self.closed(body, Closed::Repeat)
    }

    pub(super) fn on_threads(&mut self) -> Result<(), End> {
        match self.inside.thread || self.inside.repeat || !self.by_hand.is_empty() {
            true => refuse("threads within threads, or in an open scope"),
            false => Ok(()),
        }
    }

    /// What the flags are is not known any more.
    pub(super) fn forget_flags(&mut self) {
        self.flags = [None; 2];
    }

    fn enter(&mut self, of: &str, body: Option<&[Step]>) -> Result<(), End> {
        let Some(scope) = self.scopes.get_mut(of) else { return refuse("no such scope") };
        if scope.lost {
            return refuse("a scope of which nobody knows what it does");
        }
        let questioned = scope.open > 0 || scope.used;
        let (flag, value) = (scope.flag.clone(), scope.value);
        scope.open += 1;
        scope.used = true;
        if let Some(body) = body {
            if questioned {
                self.doubt()?;
                // The body is entered by some and not by others.
                self.inside.doubtful = false;
            }
            let ended = self.scoped(&flag, value, body);
            if let Some(scope) = self.scopes.get_mut(of) {
                scope.open -= 1;
            }
            self.inside.doubtful |= questioned;
            return ended;
        }
        if questioned || self.inside.thread || self.inside.repeat {
            return refuse("entered by hand, where it may be refused");
        }
        let index = flag_index(&flag).expect("it was made");
        let saved = self.flags[index];
        self.scopes.get_mut(of).expect("it was found").saved.push(saved);
        self.flags[index] = Some(value);
        self.by_hand.push(of.to_owned());
        Ok(())
    }

    fn exit(&mut self, of: &str) -> Result<(), End> {
        if self.by_hand.last().is_none_or(|last| last != of) {
            return refuse("a scope that is not the latest that is open");
        }
        self.by_hand.pop();
        let scope = self.scopes.get_mut(of).expect("it was entered");
        let saved = scope.saved.pop().expect("it was entered");
        scope.open -= 1;
        let index = flag_index(&scope.flag).expect("it was made");
        self.flags[index] = if scope.lost { None } else { saved };
        Ok(())
    }

    /// Leaves a scope before one that was entered later, which may be refused.
    fn leave_early(&mut self, of: &str) -> Result<(), End> {
        let Some(place) = self.by_hand.iter().position(|open| open == of) else {
            return refuse("a scope that is not open");
        };
        let flag = self.scopes[of].flag.clone();
        // What is left open may be closed whenever its object goes; it must restore true then.
        if self.scopes[of].saved.last() != Some(&Some(true)) {
            return refuse("who is left open would set false some day");
        }
        for name in self.by_hand.split_off(place) {
            let scope = self.scopes.get_mut(&name).expect("it was entered");
            if scope.flag != flag {
                return refuse("scopes of two flags need no order");
            }
            scope.lost = true;
            if name != of {
                self.by_hand.push(name);
            }
        }
        self.flags[flag_index(&flag).expect("it was made")] = None;
        Ok(())
    }
}

/// The kinds of closed bodies.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Closed {
    Repeat,
    Thread,
}

/// The shape of a view.
fn seen(shape: &[usize], kind: ViewKind) -> Vec<usize> {
    let mut seen = shape.to_vec();
    match kind {
        ViewKind::Transpose => seen.reverse(),
        ViewKind::Reverse => {}
        ViewKind::Step => seen.iter_mut().take(1).for_each(|side| *side = side.div_ceil(2)),
        ViewKind::Broadcast => seen.insert(0, 2),
    }
    seen
}

/// Whether a number is of no moderate size.
fn is_wild(x: f64) -> bool {
    !x.is_finite() || x != 0.0 && !(2f64.powi(-11)..=2f64.powi(9)).contains(&x.abs())
}

fn largest(array: &Array) -> f64 {
    array.values.iter().fold(0.0, |largest: f64, x| largest.max(x.abs()))
}

fn same(a: f64, b: f64) -> bool {
    crate::wire::same_bits(a, b)
}
