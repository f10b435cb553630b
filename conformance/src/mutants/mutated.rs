use super::Mutant;
use super::kernel::{Element, Ended, Kernel, Site};
use crate::framework::{Call, Framework, Stop};
use crate::oracle::Exact;
use crate::subject::{Family, Reference};
use crate::wire::{Dtype, Program, Start, Step};
use dezero_reference::random::rand;
use dezero_reference::{Config, Error, Flag, Function, Variable, inject, seed, using_config};
use ndarray::{ArrayD, IxDyn};
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::rc::Rc;

type Shared = Rc<RefCell<Box<dyn Kernel>>>;

/// An implementation made of a [`Kernel`].
pub struct Mutated {
    kernel: Shared,
    integers: bool,
    name: &'static str,
}

impl Mutated {
    /// The implementation that `mutant` describes.
    pub fn new(mutant: &Mutant) -> Mutated {
        Mutated { name: mutant.name, ..Mutated::of((mutant.kernel)()) }
    }

    /// The implementation made of `kernel`.
    pub fn of(kernel: Box<dyn Kernel>) -> Mutated {
        Mutated { kernel: Rc::new(RefCell::new(kernel)), integers: false, name: "kernel" }
    }
}

/// Which of the kernel's formulas a function computes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Inverted,
    Direct,
    Tested,
    DirectTested,
}

/// A call of dropout, or its way back of some order, as a function of the graph.
struct Piece {
    kernel: Shared,
    form: Form,
    order: usize,
    site: Site,
    scale: f64,
    mask: Vec<bool>,
    x: Vec<f64>,
}

impl Piece {
    fn element(&self, value: f64, index: usize) -> f64 {
        let element = Element {
            index,
            of: self.mask.len(),
            x: self.x[index],
            kept: self.mask[index],
            scale: self.scale,
            order: self.order,
        };
        let (mut kernel, site) = (self.kernel.borrow_mut(), &self.site);
        match (self.form, self.order) {
            (Form::Inverted, 0) => kernel.forward(value, &element, site),
            (Form::Inverted, _) => kernel.backward(value, &element, site),
            (Form::Direct, 0) => kernel.direct(value, &element, site),
            (Form::Direct, _) => kernel.direct_backward(value, &element, site),
            (Form::Tested, 0) => kernel.tested(value, site),
            (Form::Tested, _) => kernel.tested_backward(value, site),
            (Form::DirectTested, _) => value * self.scale,
        }
    }
}

impl<E: Exact> Function<E> for Piece {
    fn forward(&self, xs: &[&ArrayD<E>]) -> ArrayD<E> {
        let values = xs[0].iter().enumerate();
        let values = values.map(|(index, &x)| E::nearest(self.element(x.to_f64(), index)));
        let shape = self.kernel.borrow().shape(xs[0].shape(), self.order > 0);
        ArrayD::from_shape_vec(IxDyn(&shape), values.collect()).expect("as many elements")
    }

    fn backward(&self, xs: &[Variable<E>], gy: &Variable<E>) -> Vec<Variable<E>> {
        let mut kernel = self.kernel.borrow_mut();
        if kernel.replaces_gradients() {
            xs[0].clear_grad();
        }
        let piece = Piece {
            kernel: Rc::clone(&self.kernel),
            form: self.form,
            order: self.order + 1,
            site: self.site,
            scale: match self.form {
                Form::DirectTested => kernel.direct_scale_backward(self.scale),
                _ => kernel.scale_for_backward(self.scale),
            },
            mask: kernel.mask_for_backward(&self.mask),
            x: self.x.clone(),
        };
        drop(kernel);
        vec![Variable::apply(piece, &[gy])]
    }
}

impl<E: Exact> Framework<E> for Mutated {
    fn dropout(&mut self, x: &mut Variable<E>, call: &Call) -> Result<Variable<E>, Error> {
        let mut kernel = self.kernel.borrow_mut();
        let elements = x.data().len();
        let train = kernel.training(Config::current(), call.mode.is_none(), elements);
        let ratio = kernel.ratio(call.ratio);
        if kernel.refuses(ratio, train) {
            return Err(Error::Ratio(ratio));
        }
        let site = Site { dtype: E::DTYPE, ratio, integers: self.integers };
        let returns_input = match train {
            true => kernel.returns_input_in_training(ratio),
            false => kernel.returns_input(ratio, elements),
        };
        if returns_input && !call.direct {
            return Ok(x.clone());
        }
        let values = x.data().iter().map(|x| x.to_f64()).collect::<Vec<_>>();
        let mut mask = vec![true; elements];
        if train {
            let mut draw = |n: usize| rand(&[n]).into_raw_vec_and_offset().0;
            if !kernel.ignores_injected() {
                inject(call.uniforms.iter().flatten().copied());
            }
            let u = kernel.uniforms(x.shape(), &mut draw);
            inject([]);
            mask = kernel.mask(&u, &values, &site);
        }
        let (form, scale) = match (call.direct, train) {
            (false, true) => (Form::Inverted, kernel.scale(&site)),
            (false, false) => (Form::Tested, 1.0),
            (true, true) => (Form::Direct, 1.0),
            (true, false) => (Form::DirectTested, kernel.direct_scale(&site)),
        };
        let records = kernel.records_always() || Config::get(Flag::EnableBackprop);
        let in_place = kernel.in_place();
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
        let Some(flag) = flag.map_err(Stop::library)? else {
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
        kernel.rewrites().then(|| rewrite(kernel.as_mut(), program))
    }

    fn shown_dtype(&self, dtype: Dtype, shape: &[usize], derived: bool) -> Dtype {
        if derived { self.kernel.borrow().dtype(dtype, shape) } else { dtype }
    }
}

fn rewrite(kernel: &mut dyn Kernel, program: &[Step]) -> Program {
    let rewritten = program.iter().map(|step| {
        let mut step = kernel.rewrite(step);
        if let Some(body) = step.body_mut() {
            *body = rewrite(kernel, body);
        }
        step
    });
    rewritten.collect()
}
