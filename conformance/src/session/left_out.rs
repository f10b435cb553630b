//! Where a rule failed that others build on, if it did not fail everywhere: those are asked elsewhere.

use crate::wire::{Array, Dtype, Step};

/// A class of shapes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Class {
    /// A single number.
    Single,
    /// No element.
    Empty,
    /// So many axes.
    Axes(usize),
    /// As many axes as there may be, and more than [`LARGE`] elements.
    Large,
}

/// Arrays of more elements are a class of their own: kernels take another path for them.
const LARGE: usize = 512;

impl Class {
    /// The class of a shape.
    pub(crate) fn of(shape: &[usize]) -> Class {
        match shape.iter().product::<usize>() {
            0 => Class::Empty,
            _ if shape.is_empty() => Class::Single,
            elements if elements > LARGE => Class::Large,
            _ => Class::Axes(shape.len()),
        }
    }

    fn words(self) -> String {
        match self {
            Class::Single => "single numbers".to_owned(),
            Class::Empty => "empty arrays".to_owned(),
            Class::Axes(1) => "arrays of one axis".to_owned(),
            Class::Axes(axes) => format!("arrays of {axes} axes"),
            Class::Large => format!("arrays of more than {LARGE} elements"),
        }
    }
}

/// A dtype and a class of shapes.
pub(crate) type Place = (Dtype, Class);

/// The places of the arrays of a program.
pub(crate) fn places_of(program: &[Step]) -> impl Iterator<Item = Place> {
    Step::numbered(program).into_iter().filter_map(|(_, step)| match step {
        Step::Variable { array: Array { dtype, shape, .. }, .. } => {
            Some((*dtype, Class::of(shape)))
        }
        _ => None,
    })
}

/// The place of a program: that of its first array. `None` if it has none.
pub(crate) fn place_of(program: &[Step]) -> Option<Place> {
    places_of(program).next()
}

/// Dtypes and classes of shapes that are not asked, since what the question builds on fails there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct LeftOut {
    dtypes: Vec<Dtype>,
    classes: Vec<Class>,
}

impl LeftOut {
    /// These dtypes.
    pub(crate) fn dtypes(dtypes: Vec<Dtype>) -> LeftOut {
        LeftOut { dtypes, classes: Vec::new() }
    }

    /// What has to be left out so that no place is left where a rule `failed`, of all where it was `asked`:
    /// the dtypes in which it failed everywhere, and of the places that remain their classes or their dtypes,
    /// whichever are fewer places. A single number may be right by its mask, where all others are wrong. `None`
    /// if nothing would be left but empty arrays, or if it failed without any array.
    pub(crate) fn where_failed(asked: &[Place], failed: &[Place]) -> Option<LeftOut> {
        let fails_in = |dtype: Dtype| {
            let of = asked.iter().filter(|place| place.0 == dtype && place.1 != Class::Empty);
            let arrays = of.clone().filter(|place| place.1 != Class::Single);
            let mut of =
                of.filter(|place| place.1 != Class::Single || arrays.clone().next().is_none());
            of.clone().next().is_some() && of.all(|place| failed.contains(place))
        };
        let unique = |mut dtypes: Vec<Dtype>| {
            dtypes.sort_unstable();
            dtypes.dedup();
            dtypes
        };
        let of = |places: &[Place]| unique(places.iter().map(|place| place.0).collect());
        let everywhere =
            of(failed).into_iter().filter(|&dtype| fails_in(dtype)).collect::<Vec<_>>();
        let others = failed.iter().copied().filter(|place| !everywhere.contains(&place.0));
        let others = others.collect::<Vec<_>>();
        let mut classes = others.iter().map(|place| place.1).collect::<Vec<_>>();
        classes.sort_unstable();
        classes.dedup();
        let by_classes = LeftOut { dtypes: everywhere.clone(), classes };
        let by_dtypes = LeftOut::dtypes(unique([everywhere, of(&others)].concat()));
        let kept = |left_out: &LeftOut| {
            let kept = asked.iter().filter(|place| !left_out.has(**place));
            kept.filter(|place| place.1 != Class::Empty).count()
        };
        let fewest = match kept(&by_dtypes) > kept(&by_classes) {
            true => by_dtypes,
            false => by_classes,
        };
        // What fails without any array fails in all places.
        (kept(&fewest) > 0 && fewest != LeftOut::default()).then_some(fewest)
    }

    /// Whether a place is left out.
    pub(crate) fn has(&self, (dtype, class): Place) -> bool {
        self.has_dtype(dtype) || self.has_class(class)
    }

    /// Whether a dtype is left out.
    pub(crate) fn has_dtype(&self, dtype: Dtype) -> bool {
        self.dtypes.contains(&dtype)
    }

    /// Whether a class of shapes is left out.
    pub(crate) fn has_class(&self, class: Class) -> bool {
        self.classes.contains(&class)
    }

    /// The most elements that arrays may have which are not left out for their size.
    pub(crate) fn most_elements(&self) -> usize {
        if self.has_class(Class::Large) { LARGE } else { usize::MAX }
    }

    /// Leaves out what `other` does, too.
    pub(crate) fn extend(&mut self, other: &LeftOut) {
        let more = other.dtypes.iter().filter(|dtype| !self.dtypes.contains(dtype));
        self.dtypes.extend(more.copied().collect::<Vec<_>>());
        let more = other.classes.iter().filter(|class| !self.classes.contains(class));
        self.classes.extend(more.copied().collect::<Vec<_>>());
    }

    /// The names of all that it leaves out, for the reader of a report.
    pub(crate) fn words(&self) -> String {
        let dtypes = self.dtypes.iter().map(|dtype| dtype.name().to_owned());
        dtypes.chain(self.classes.iter().map(|class| class.words())).collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Dtype::{Bfloat16, Float32};

    fn asked() -> Vec<Place> {
        let classes = [Class::Single, Class::Axes(1), Class::Large];
        [Bfloat16, Float32].iter().flat_map(|&dtype| classes.map(|class| (dtype, class))).collect()
    }

    #[test]
    fn a_dtype_or_a_class_is_left_out_and_no_more() {
        let bfloat16 = asked()[..3].to_vec();
        let single = [Bfloat16, Float32].map(|dtype| (dtype, Class::Single)).to_vec();
        let of = |failed: &[Place]| LeftOut::where_failed(&asked(), failed).map(|it| it.words());
        assert_eq!(of(&bfloat16).unwrap(), "bfloat16");
        assert_eq!(of(&single).unwrap(), "single numbers");
        assert_eq!(of(&[bfloat16, single].concat()).unwrap(), "bfloat16, single numbers");
        // In one place: the class is fewer places than the dtype.
        assert_eq!(of(&[(Float32, Class::Large)]).unwrap(), "arrays of more than 512 elements");
        let two = [(Float32, Class::Large), (Float32, Class::Single)];
        assert_eq!(of(&two).unwrap(), "float32");
        // Everywhere, or everywhere but in empty arrays.
        assert_eq!(of(&asked()), None);
        let empty = [asked(), vec![(Float32, Class::Empty)]].concat();
        assert_eq!(LeftOut::where_failed(&empty, &asked()), None);
        assert_eq!(LeftOut::where_failed(&asked(), &[]), None);
    }

    #[test]
    fn shapes_have_classes() {
        let classes = [&[][..], &[2, 0], &[7], &[3, 5], &[513], &[2, 3, 1, 5]].map(Class::of);
        let axes = Class::Axes;
        assert_eq!(classes, [Class::Single, Class::Empty, axes(1), axes(2), Class::Large, axes(4)]);
    }
}
