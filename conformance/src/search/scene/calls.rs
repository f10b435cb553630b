use super::{EarlyEnd, Owed, Scene, refuse, usual};
use crate::search::graph::{Made, Node, WayBack};
use crate::session::round_ratio;
use crate::wire::{Array, Dropout, Dtype, Mode, Real, same_bits};
use dezero_reference::DEFAULT_RATIO;

impl Scene<'_> {
    pub(super) fn variable(
        &mut self,
        to: &str,
        array: &Array,
        device: Option<&str>,
    ) -> Result<(), EarlyEnd> {
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
            node.way = WayBack::Unclear;
        }
        self.bind(to, node);
        Ok(())
    }

    pub(super) fn dropout(&mut self, call: &Dropout, direct: bool) -> Result<(), EarlyEnd> {
        let of = self.node(&call.of)?;
        let x = self.graph.nodes[of].clone();
        let dtype = self.dtype.unwrap_or(Dtype::Float32);
        let Real(ratio) = call.ratio.unwrap_or(Real(DEFAULT_RATIO));
        if call.ratio.is_some() && !same_bits(round_ratio(self.start, dtype, ratio), ratio) {
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
                return refuse("uniforms that not every implementation tells from the ratio");
            }
        }
        // Nothing but what is told from 0 and 1 in every dtype is usual.
        let usual = ratio == 0.0 || usual(ratio);
        self.wild |= !usual;
        if !self.is_float() || !(0.0..1.0).contains(&ratio) || !x.largest.is_finite() {
            self.doubt()?;
            self.inside.owed = Some(Owed::Value);
        }
        if ratio == 1.0 && self.nonfinite {
            return refuse("at ratio 1, what is not finite may be multiplied or not");
        }
        if self.bitwise && !(0.0..=1.0).contains(&ratio) {
            return refuse("bitwise results are not defined for a ratio outside [0, 1]");
        }
        if direct && (!usual || ratio == 0.0 || !self.is_float()) {
            return refuse("direct dropout is judged at usual ratios");
        }
        let nothing_to_scale = ratio <= 0.0 || ratio >= 1.0 || x.shape.contains(&0);
        if !self.is_float() && nothing_to_scale {
            return refuse(
                "where nothing is scaled, some take integers that they refuse otherwise",
            );
        }
        let by = if direct { 1.0 } else { (1.0 / (1.0 - ratio)).max(1.0) };
        let tested = train == Some(false);
        let made = if tested { Made::Test } else { Made::Train };
        let by = if tested { 1.0 } else { by };
        let mut y = Node::new(made, &x.shape, vec![(of, by)]);
        y.largest = x.largest * by;
        y.device.clone_from(&x.device);
        // Of an empty array there is nothing to drop, and some hand it back at once.
        let itself = !direct && (tested || ratio == 0.0) || train.is_none() || x.shape.contains(&0);
        y.perhaps = itself.then_some(of);
        y.way = match (self.flags[1], x.way, itself) {
            _ if x.made == Made::View || train.is_none() => WayBack::Unclear,
            (None, ..) | (Some(true), WayBack::NotRecorded | WayBack::Unclear, _) => {
                WayBack::Unclear
            }
            (Some(true), WayBack::Recorded, _) => WayBack::Recorded,
            (Some(false), WayBack::NotRecorded, _) => WayBack::NotRecorded,
            (Some(false), _, true) => WayBack::Unclear,
            (Some(false), ..) => WayBack::NotRecorded,
        };
        if itself && x.way == WayBack::NotRecorded {
            // Where it is handed back, the one is the other.
            self.graph.nodes[of].way = WayBack::Unclear;
        }
        if !self.wild && y.largest > self.largest() {
            return refuse("it may overflow");
        }
        self.bind(&call.to, y);
        Ok(())
    }

    pub(super) fn arithmetic(
        &mut self,
        to: &str,
        a: &str,
        b: &str,
        product: bool,
    ) -> Result<(), EarlyEnd> {
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
            _ if ways.contains(&WayBack::Unclear) => WayBack::Unclear,
            Some(false) => WayBack::NotRecorded,
            Some(true) if ways.contains(&WayBack::Recorded) => WayBack::Recorded,
            _ => WayBack::Unclear,
        };
        if z.largest > self.largest() {
            return refuse("it may overflow");
        }
        self.bind(to, z);
        Ok(())
    }

    pub(super) fn backward(
        &mut self,
        of: &str,
        gy: Option<&Array>,
        create_graph: bool,
    ) -> Result<(), EarlyEnd> {
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
        let doubtful = self.graph.backward(node, bound, create_graph, limit)?;
        match doubtful || !bound.is_finite() {
            true => {
                self.inside.owed = Some(Owed::Gradient);
                self.doubt()
            }
            false => Ok(()),
        }
    }
}

/// Whether a number is of no moderate size.
pub(in crate::search) fn is_wild(x: f64) -> bool {
    !x.is_finite() || x != 0.0 && !(2f64.powi(-11)..=2f64.powi(9)).contains(&x.abs())
}

/// The size of the largest number; infinite if one is none.
fn largest(array: &Array) -> f64 {
    let size = |x: &f64| if x.is_nan() { f64::INFINITY } else { x.abs() };
    array.values.iter().map(size).fold(0.0, f64::max)
}
