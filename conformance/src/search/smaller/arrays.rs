use super::{arrays_of, each_array, each_list, each_step};
use crate::wire::{Array, Program, Step};

/// All arrays of one shape cut to the same elements of them.
pub(super) fn with_fewer_elements(program: &[Step]) -> Vec<Program> {
    let steps = Step::numbered(program);
    let mut shapes: Vec<&[usize]> = Vec::new();
    for array in steps.iter().flat_map(|(_, step)| arrays_of(step)) {
        if !shapes.contains(&array.shape.as_slice()) {
            shapes.push(&array.shape);
        }
    }
    let mut all = Vec::new();
    for shape in shapes {
        let n = shape.iter().product::<usize>();
        let mut cuts: Vec<Vec<usize>> = Vec::new();
        if n > 1 {
            cuts.extend([vec![0], vec![n - 1], vec![n / 2]]);
            cuts.extend([vec![0, n - 1], (0..n / 2).collect(), (n / 2..n).collect()]);
        }
        if (2..=12).contains(&n) {
            cuts.extend((0..n).map(|gone| (0..n).filter(|&index| index != gone).collect()));
        }
        if n > 12 {
            cuts.extend([(1..n).collect(), (0..n - 1).collect()]);
        }
        // One axis in place of several, or of none.
        cuts.push((0..n).collect());
        let of_one_axis = cuts.into_iter().map(|kept| (vec![kept.len()], kept));
        all.extend(of_one_axis.chain(with_shorter_axes(shape)).map(|(shorter, kept)| {
            let cut = |array: &mut Array| {
                if array.shape == shape {
                    let values = kept.iter().map(|&index| array.values[index]).collect();
                    *array = Array::new(array.dtype, &shorter, values);
                }
            };
            each_array(program, &cut)
        }));
    }
    all
}

/// Shapes of as many axes, several of them, one of which is shorter, and the elements that are left.
fn with_shorter_axes(shape: &[usize]) -> Vec<(Vec<usize>, Vec<usize>)> {
    let mut all = Vec::new();
    if shape.len() < 2 {
        return all;
    }
    let n = shape.iter().product::<usize>();
    for (axis, &side) in shape.iter().enumerate().filter(|(_, side)| **side > 1) {
        let inner = shape[axis + 1..].iter().product::<usize>();
        for shorter in [1, side / 2, side - 1] {
            let mut cut = shape.to_vec();
            cut[axis] = shorter;
            all.push((cut, (0..n).filter(|index| index / inner % side < shorter).collect()));
        }
    }
    all
}

/// Ones in place of other numbers.
pub(super) fn with_plainer_numbers(program: &[Step]) -> Vec<Program> {
    let ones = each_step(program, &|step| match step {
        Step::Variable { array, .. } | Step::Backward { gy: Some(array), .. } => {
            array.values.fill(1.0);
        }
        _ => {}
    });
    let mut all = vec![ones];
    let list = |steps: &[Step]| {
        let mut all = Vec::new();
        for (index, step) in steps.iter().enumerate() {
            for array in arrays_of(step).into_iter().take(1) {
                let mut changes = vec![vec![1.0; array.values.len()]];
                if array.values.len() <= 4 {
                    changes.extend((0..array.values.len()).map(|at| {
                        let mut values = array.values.clone();
                        values[at] = 1.0;
                        values
                    }));
                }
                for values in changes {
                    let mut steps = steps.to_vec();
                    match &mut steps[index] {
                        Step::Variable { array, .. } | Step::Backward { gy: Some(array), .. } => {
                            array.values = values;
                        }
                        _ => continue,
                    }
                    all.push(steps);
                }
            }
        }
        all
    };
    all.extend(each_list(program, &list));
    all
}

#[cfg(test)]
mod tests {
    use super::with_shorter_axes;

    /// An axis at a time is cut to one, to half, or by one, and what lies in the part that is left stays.
    #[test]
    fn a_shorter_axis_keeps_its_beginning() {
        let shorter = |rows, columns, left: &[usize]| (vec![rows, columns], left.to_vec());
        let rows = shorter(1, 4, &[0, 1, 2, 3]);
        let columns = [
            shorter(2, 1, &[0, 4]),
            shorter(2, 2, &[0, 1, 4, 5]),
            shorter(2, 3, &[0, 1, 2, 4, 5, 6]),
        ];
        let all = [vec![rows; 3], columns.to_vec()].concat();
        assert_eq!(with_shorter_axes(&[2, 4]), all);
        assert!(with_shorter_axes(&[5]).is_empty() && with_shorter_axes(&[]).is_empty());
    }
}
