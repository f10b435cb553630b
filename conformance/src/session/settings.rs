use super::{Class, Session};
use crate::session::{Over, Setting};
use crate::wire::steps::config;
use crate::wire::{Dtype, Program};

/// The classes of shapes: a single number, empty, one, two and four dimensions, and one array long
/// enough for a parallel path.
const SHAPES: [&[usize]; 6] = [&[], &[2, 0], &[7], &[3, 5], &[4099], &[2, 3, 1, 5]];

/// The shape of programs that need only one.
pub(crate) const SMALL: &[usize] = &[7];

impl Session<'_> {
    /// `n`, or as many elements as the implementation takes.
    pub fn at_most(&self, n: usize) -> usize {
        n.min(self.asked.max_elements)
    }

    /// `shape`, or one axis of as many elements as the implementation takes.
    pub fn fitting(&self, shape: &[usize]) -> Vec<usize> {
        match shape.iter().product::<usize>() > self.asked.max_elements {
            true => vec![self.asked.max_elements],
            false => shape.to_vec(),
        }
    }

    /// The floating-point dtypes that are claimed and not left out.
    pub fn float_dtypes(&self) -> Vec<Dtype> {
        self.asked.dtypes.iter().copied().filter(|dtype| dtype.is_float()).collect()
    }

    /// The settings of `over`: which dtypes and shapes programs are written for.
    pub fn settings(&self, over: Over) -> Vec<(Dtype, Vec<usize>, bool)> {
        let floats = self.float_dtypes();
        let mut settings = Vec::new();
        match over {
            Over::Shapes => {
                for (row, &dtype) in floats.iter().enumerate() {
                    let shapes = SHAPES
                        .iter()
                        .filter(|shape| shape.iter().product::<usize>() <= self.asked.max_elements);
                    settings.extend(
                        shapes.enumerate().map(|(column, shape)| {
                            (dtype, shape.to_vec(), (row + column) % 2 == 0)
                        }),
                    );
                }
            }
            Over::Dtypes => {
                settings.extend(floats.iter().map(|&dtype| (dtype, SMALL.to_vec(), true)));
                settings.extend(floats.iter().map(|&dtype| (dtype, SMALL.to_vec(), false)));
            }
            Over::Once => {
                settings.extend(floats.first().map(|&dtype| (dtype, SMALL.to_vec(), true)));
            }
            Over::Integers => {
                let integers = self.asked.dtypes.iter().filter(|dtype| !dtype.is_float());
                settings.extend(integers.map(|&dtype| (dtype, SMALL.to_vec(), true)));
            }
        }
        settings.retain(|(dtype, shape, _)| !self.left_out.has((*dtype, Class::of(shape))));
        settings
    }

    /// Writes programs for one setting. Each ends by reading the flags that are claimed: they must
    /// be as they were.
    pub fn with_setting(
        &mut self,
        dtype: Dtype,
        shape: &[usize],
        programs: impl Fn(&mut Setting) -> Vec<Program>,
    ) -> Vec<Program> {
        let mut written = self.write(dtype, shape, true, &programs);
        self.read_flags(&mut written);
        written
    }

    /// Makes each program end by reading the flags that are claimed.
    pub fn read_flags(&self, programs: &mut [Program]) {
        for program in programs {
            program.extend(self.start.flags().map(config));
        }
    }

    /// The bare programs, saying whether results on the way are observed.
    pub fn write(
        &mut self,
        dtype: Dtype,
        shape: &[usize],
        watched: bool,
        programs: &dyn Fn(&mut Setting) -> Vec<Program>,
    ) -> Vec<Program> {
        let (start, random) = (&self.asked, &mut self.random);
        let mut setting = Setting { dtype, shape: shape.to_vec(), watched, start, random };
        programs(&mut setting)
    }
}
