use super::Mutant;
use super::kernel::{Ended, Kernel, Site};
use super::piece::{Form, Piece, Shared};
use super::renamed::{Renamed, copy, place};
use crate::implementation::flags::SharedFlags;
use crate::implementation::framework::{
    Call, Framework, Latest, NewThread, OpenScopes, ScopeObject, Stop, not_a_value,
};
use crate::implementation::{Exact, Family, Reference, seeded_thread};
use crate::wire::{Dtype, Program, Same, Start, Step};
use dezero_reference::random::rand;
use dezero_reference::{Config, Error, Flag, Layer, Scope, Variable, inject, seed, using_config};
use ndarray::ArrayD;
use std::any::Any;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::rc::Rc;
use std::sync::Arc;

/// Makes the kernel of a thread.
type MakeKernel = Arc<dyn Fn() -> Box<dyn Kernel> + Send + Sync>;

/// An implementation made of a [`Kernel`].
pub struct Mutated {
    kernel: Shared,
    make: MakeKernel,
    integers: bool,
    name: &'static str,
    shared: SharedFlags,
    open: OpenScopes,
    renamed: Renamed,
    /// Where results lie whose calls are refused when they are observed, and what keeps them there.
    late: Vec<(usize, Box<dyn Any>)>,
}

impl Mutated {
    /// The implementation that `mutant` describes.
    pub fn new(mutant: &Mutant) -> Mutated {
        Mutated { name: mutant.name, ..Mutated::of(mutant.kernel) }
    }

    /// The implementation made of a kernel; each thread has one.
    pub fn of(make: impl Fn() -> Box<dyn Kernel> + Send + Sync + 'static) -> Mutated {
        Mutated::made_by(Arc::new(make))
    }

    fn made_by(make: MakeKernel) -> Mutated {
        Mutated {
            kernel: Rc::new(RefCell::new(make())),
            make,
            integers: false,
            name: "kernel",
            shared: SharedFlags::default(),
            open: OpenScopes::default(),
            renamed: Renamed::default(),
            late: Vec::new(),
        }
    }
}

impl<E: Exact> Framework<E> for Mutated {
    fn dropout(&mut self, x: &mut Variable<E>, call: &Call) -> Result<Variable<E>, Error> {
        let mut kernel = self.kernel.borrow_mut();
        let mut ratio = kernel.ratio(call.ratio);
        if let Some(layer) = call.layer {
            ratio = kernel.layer_ratio(layer, ratio);
        }
        let site = Site {
            dtype: E::DTYPE,
            ratio,
            dimensions: x.shape().len(),
            elements: x.data().len(),
            direct: call.direct,
            by_flags: call.mode.is_none(),
            integers: self.integers,
        };
        let train = kernel.training(Config::current(), &site);
        let refuses_number = |&x: &E| kernel.refuses_number(train, x.to_f64());
        if x.data().iter().any(refuses_number) || kernel.refuses(train, &site) {
            if !kernel.refuses_late() || site.elements == 0 {
                return Err(Error::Ratio(ratio));
            }
            drop(kernel);
            let y = copy(&self.kernel, x);
            self.late.push((place(&y), Box::new(y.clone())));
            return Ok(y);
        }
        let by_memory = call.view.is_some_and(|view| kernel.reads_memory(view));
        let returns_input = !by_memory
            && match (train, call.direct) {
                (false, false) => kernel.returns_input(&site),
                _ => kernel.returns_input_in_training(&site),
            };
        if returns_input && (!call.direct || site.elements == 0) {
            let renames = kernel.renames_input();
            drop(kernel);
            return Ok(if renames { self.renamed.rename(&self.kernel, x) } else { x.clone() });
        }
        let data = match x.data().as_slice_memory_order() {
            Some(memory) if by_memory => memory.to_vec(),
            _ => x.data().iter().copied().collect(),
        };
        let values = data.into_iter().map(E::to_f64).collect::<Vec<_>>();
        let mut mask = vec![true; site.elements];
        if train {
            let mut draw = |n: usize| rand(&[n]).into_raw_vec_and_offset().0;
            if !kernel.ignores_injected() {
                inject(call.uniforms.iter().flatten().copied());
            }
            let u = kernel.uniforms(x.shape(), &site, &mut draw);
            inject([]);
            mask = kernel.mask(&u, &values, &site);
            if let Some(view) = call.view {
                mask = kernel.mask_of_view(mask, view);
            }
        }
        let (form, scale) = match (call.direct, train) {
            (false, true) => (Form::Inverted, kernel.scale(&site)),
            (false, false) => (Form::Tested, 1.0),
            (true, true) => (Form::Direct, 1.0),
            (true, false) => (Form::DirectTested, kernel.direct_scale(&site)),
        };
        let records = kernel.records(Config::get(Flag::EnableBackprop), train, &site);
        let in_place = kernel.in_place(&site);
        drop(kernel);
        let kernel = Rc::clone(&self.kernel);
        let piece = Piece { kernel, form, order: 0, site, scale, mask, x: values };
        let y = using_config(Flag::EnableBackprop, records, || Variable::apply(piece, &[x]));
        if in_place {
            *x = y.clone();
        }
        Ok(y)
    }

    fn using_config(
        &mut self,
        name: &str,
        value: bool,
        body: &mut dyn FnMut(&mut Self) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        let flag = self.kernel.borrow().flag(name);
        let Some(flag) = flag? else {
            return body(self);
        };
        let saved = self.kernel.borrow_mut().enter(flag, value);
        let outcome = catch_unwind(AssertUnwindSafe(|| body(self)));
        let ended = match &outcome {
            Ok(Ok(())) => Ended::Returned,
            Ok(Err(_)) => Ended::Error,
            Err(_) => Ended::Panic,
        };
        let mut kernel = self.kernel.borrow_mut();
        kernel.exit(flag, value, saved, ended);
        let swallows = kernel.swallows();
        drop(kernel);
        match outcome {
            Ok(Err(Stop::Raised(..))) if swallows => Ok(()),
            Ok(result) => result,
            Err(payload) => resume_unwind(payload),
        }
    }

    fn backward(
        &mut self,
        y: &Variable<E>,
        _made: Option<usize>,
        gy: Option<ArrayD<E>>,
        create_graph: bool,
    ) -> Result<(), Error> {
        let refuses = |&gy: &E| self.kernel.borrow().refuses_gradient(gy.to_f64());
        let refuses_any = self.kernel.borrow().refuses_to_go_back(Config::current());
        if refuses_any || gy.iter().flatten().any(refuses) {
            return Err(Error::Ratio(f64::NAN));
        }
        let from_anything = !y.has_creator() && self.kernel.borrow().goes_back_from_anything();
        let ended = match from_anything {
            false => y.backward(gy, create_graph),
            true => {
                if self.kernel.borrow().keeps_gy_as_gradient() {
                    y.clear_grad();
                }
                let copied = using_config(Flag::EnableBackprop, true, || copy(&self.kernel, y));
                copied.backward(gy, create_graph)
            }
        };
        self.kernel.borrow_mut().after_backward(ended.is_err());
        ended
    }

    fn look_at(&mut self, x: &Variable<E>) -> Result<(), Error> {
        match self.late.iter().any(|(late, _)| *late == place(x)) {
            true => Err(Error::Ratio(f64::NAN)),
            false => Ok(()),
        }
    }

    fn same(&mut self, a: &Variable<E>, b: &Variable<E>, _made: Option<usize>) -> Same {
        match a.is(b) {
            true => Same::Object,
            false if self.renamed.share(a, b) => Same::Memory,
            false => Same::No,
        }
    }

    fn make_layer(&mut self, ratio: f64) -> Layer {
        self.kernel.borrow_mut().make_layer(ratio)
    }

    fn set_layer_mode(&mut self, layer: &Layer, train: bool) {
        self.kernel.borrow_mut().layer_mode(layer, train);
    }

    fn truth(&mut self, flag: Flag, text: &str) -> Result<bool, Stop> {
        self.kernel.borrow().truth(flag, text).ok_or_else(|| not_a_value(text))
    }

    fn make_scope(&mut self, flag: &str, value: bool) -> Result<ScopeObject, Stop> {
        if self.kernel.borrow().lacks_scope_objects() {
            return Err(Stop::Unsupported("a scope is a decorator here".to_owned()));
        }
        let flag = flag.parse::<Flag>()?;
        let made = self.kernel.borrow_mut().make_scope(flag, value);
        let mut scope = ScopeObject::new(Scope { flag, value });
        scope.made = made;
        Ok(scope)
    }

    fn enter(&mut self, scope: &mut ScopeObject) -> Result<(), Stop> {
        let mut kernel = self.kernel.borrow_mut();
        if scope.used && kernel.refuses_again(scope.scope.flag, !scope.entries.is_empty()) {
            return Err(Stop::raised("the scope was entered before"));
        }
        let saved = kernel.enter_scope(scope.scope, scope.made, &mut self.open.saved_by(scope));
        self.open.enter(scope, saved);
        Ok(())
    }

    fn exit(&mut self, scope: &mut ScopeObject) -> Result<(), Stop> {
        let mut kernel = self.kernel.borrow_mut();
        let Scope { flag, value } = scope.scope;
        let Latest { place, saved, later } = self.open.latest(scope)?;
        if later.is_empty() {
            kernel.exit(flag, value, saved, Ended::Returned);
        } else if kernel.exit_before_others(scope.scope, saved, later) {
            return Err(Stop::raised("another scope was entered later"));
        }
        self.open.leave(scope, place);
        Ok(())
    }

    fn for_thread<'a>(&mut self, _body: &[Step], _first: usize) -> Option<NewThread<'a, Self>>
    where
        Self: 'a,
    {
        let (make, name, integers) = (Arc::clone(&self.make), self.name, self.integers);
        let [mode, records] = self.kernel.borrow_mut().beginning();
        let flags = self.shared.for_thread(|flag| match flag {
            Flag::Train => mode,
            Flag::EnableBackprop => records,
        });
        Some(seeded_thread(move || {
            let mutated =
                Mutated { name, integers, shared: flags.begin(), ..Mutated::made_by(make) };
            mutated.kernel.borrow_mut().begin_thread();
            mutated
        }))
    }

    fn look_around(&mut self) {
        self.shared.load();
    }

    fn make_known(&mut self) {
        self.shared.store();
    }

    fn device_of_result(&mut self, device: &str) -> String {
        self.kernel.borrow().device_of_result(device)
    }

    fn clear_grad(&mut self, x: &Variable<E>) {
        if self.kernel.borrow().clears() {
            x.clear_grad();
        }
    }

    fn recorded(&mut self, x: &Variable<E>) -> bool {
        x.has_creator()
            && (self.kernel.borrow().says_recorded() || Config::current().enable_backprop)
    }

    fn seed(&mut self, value: u32) {
        if let Some(value) = self.kernel.borrow_mut().seed(value) {
            seed(value);
        }
    }
}

impl Family for Mutated {
    fn start(&mut self) -> Start {
        let mut kernel = self.kernel.borrow_mut();
        kernel.begin();
        let mut start = kernel.claims(Reference.start());
        start.implementation.name = self.name.to_owned();
        start
    }

    fn integers(&self) -> Option<Dtype> {
        self.kernel.borrow().integers()
    }

    fn prepare(&mut self, integers: bool) {
        self.integers = integers;
    }

    fn rewrite(&mut self, program: &[Step]) -> Option<Program> {
        let mut kernel = self.kernel.borrow_mut();
        kernel.begin_program();
        self.renamed.clear();
        self.late.clear();
        kernel.rewrites().then(|| rewrite(kernel.as_mut(), program))
    }

    fn shown_dtype(&self, dtype: Dtype, shape: &[usize], derived: bool) -> Dtype {
        if derived { self.kernel.borrow().dtype(dtype, shape) } else { dtype }
    }
}

fn rewrite(kernel: &mut dyn Kernel, program: &[Step]) -> Program {
    let rewritten = program.iter().map(|step| {
        let mut step = kernel.rewrite(step);
        for body in step.bodies_mut() {
            *body = rewrite(kernel, body);
        }
        step
    });
    rewritten.collect()
}
