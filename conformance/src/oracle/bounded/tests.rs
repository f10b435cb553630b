use super::*;
use crate::oracle::Choices;
use half::{bf16, f16};
use proptest::prelude::*;

type F32 = Bounded<Must<f32>>;

/// The unit of float32.
const UNIT: f64 = 1.0 / (1 << 24) as f64;
const LARGEST: f64 = f32::MAX as f64;
/// The smallest normal and the smallest number of float32.
const NORMAL: f64 = f32::MIN_POSITIVE as f64;
const SMALLEST: f64 = NORMAL / (1 << 23) as f64;

/// Each question has the answer `zero`, but for one.
fn choices(nan: Option<&str>) -> Choices {
    let mut choices = Choices::default();
    for question in NAN_QUESTIONS {
        let answer = if nan == Some(question) { "nan" } else { "zero" };
        choices.allow(question, Dtype::Float32, &[answer.to_owned()]);
    }
    choices
}

/// What is allowed where each question has the answer `zero`, but for one.
fn allowed<T: Tolerance>(element: Bounded<T>, nan: Option<&str>) -> Allowed {
    element.allowed(&World::new(&choices(nan), Dtype::Float32))
}

fn explains(element: F32, observed: f64) -> bool {
    allowed(element, None).contains(observed)
}

fn number(value: f64) -> F32 {
    F32::nearest(value)
}

fn mask(kept: bool) -> F32 {
    number(if kept { 1.0 } else { 0.0 })
}

/// What the chapter computes for an element, on bounded numbers.
fn element(x: f64, kept: bool, scale: f64) -> F32 {
    number(x) * mask(kept) / number(scale)
}

/// A number that something has been computed of: so far from `value` may it be.
fn computed(value: f64, error: f64) -> F32 {
    Bounded { error, untouched: false, ..number(value) }
}

#[test]
fn a_kept_element_has_six_units_of_room_and_no_more() {
    let kept = element(3.0, true, 0.5);
    for (units, within) in [(0.0, true), (5.9, true), (-5.9, true), (6.2, false), (-6.2, false)] {
        assert_eq!(explains(kept, 6.0 * (1.0 + units * UNIT)), within, "{units}");
    }
    assert!(!explains(kept, 0.0) && !explains(kept, f64::NAN));
}

/// The numbers of the rules.
#[test]
fn each_rule_has_its_own_room() {
    let power = |exponent: i32| 2f64.powi(exponent);
    assert_eq!(Must::<f16>::relative(), 6.0 * power(-11));
    assert_eq!(Must::<bf16>::relative(), 6.0 * power(-8));
    assert_eq!(Must::<f64>::relative(), 6.0 * power(-24));
    assert_eq!(Should::<f16>::relative(), 2.5 * power(-11));
    assert_eq!(Should::<f32>::relative(), 2.5 * power(-24));
    assert_eq!(Should::<f64>::relative(), 4.5 * power(-53));
    assert_eq!(Promoted::relative(), 6.0 * power(-8));
}

#[test]
fn a_dropped_element_is_zero_of_either_sign() {
    for dropped in
        [element(-3.0, false, 0.5), number(-3.0) * mask(false), number(3.0) * mask(false)]
    {
        assert!(explains(dropped, 0.0) && explains(dropped, -0.0));
        assert!(!explains(dropped, 1e-45) && !explains(dropped, -6.0));
        assert!(!explains(dropped, f64::NAN));
    }
    // Of what was computed before, nothing is left either.
    assert!(!explains(computed(3.0, 0.5) * mask(false), 1e-45));
}

#[test]
fn an_untouched_number_keeps_its_bits() {
    let zero = number(-0.0);
    assert!(explains(zero, -0.0) && !explains(zero, 0.0));
    let at_ratio_zero = element(-0.0, true, 1.0);
    assert!(explains(at_ratio_zero, -0.0) && !explains(at_ratio_zero, 0.0));
    assert!(explains(element(-0.0, true, 0.5), 0.0));
    assert!(explains(number(f64::NAN), f64::NAN));
    assert!(explains(number(LARGEST), LARGEST) && !explains(number(LARGEST), f64::INFINITY));
}

/// Adding a gradient to zeros makes +0 of -0.
#[test]
fn an_untouched_gradient_may_lose_the_sign_of_zero() {
    let zero = number(-0.0).on_the_way_back();
    assert!(explains(zero, -0.0) && explains(zero, 0.0));
    let three = number(3.0).on_the_way_back();
    assert!(explains(three, 3.0) && !explains(three, 0.0));
}

#[test]
fn overflow_is_infinite_or_finite() {
    let over = element(LARGEST, true, 0.5);
    assert!([f64::INFINITY, LARGEST, LARGEST / 2.0].iter().all(|&shown| explains(over, shown)));
    assert!(!explains(over, f64::NEG_INFINITY) && !explains(over, -LARGEST));
    let below = element(-LARGEST, true, 0.5);
    assert!([f64::NEG_INFINITY, -LARGEST].iter().all(|&shown| explains(below, shown)));
    assert!(!explains(below, f64::INFINITY) && !explains(below, f64::NAN));
    assert!(!explains(element(f64::INFINITY, true, 0.5), LARGEST));
}

#[test]
fn what_may_round_beyond_the_largest_number_may_overflow() {
    let half = LARGEST / 2.0;
    assert!(explains(element(half * (1.0 - 3.0 * UNIT), true, 0.5), f64::INFINITY));
    assert!(!explains(element(half * (1.0 - 9.0 * UNIT), true, 0.5), f64::INFINITY));
    assert!(!explains(element(1e30, true, 0.5), f64::INFINITY));
}

/// `x / scale * mask` overflows before the mask comes, and infinity times 0 is NaN.
#[test]
fn what_was_dropped_may_have_overflowed_before() {
    let may_be_nan = |x: F32, scale: f64| explains(x * mask(false) / number(scale), f64::NAN);
    assert!(may_be_nan(number(1e38), 0.01) && may_be_nan(number(-1e38), 0.01));
    assert!(!may_be_nan(number(1e38), 0.5) && !may_be_nan(number(3.0), 0.01));
    let half = LARGEST / 2.0;
    assert!(may_be_nan(number(half * (1.0 - 3.0 * UNIT)), 0.5));
    assert!(!may_be_nan(number(half * (1.0 - 9.0 * UNIT)), 0.5));
    // What went in may itself have been computed, and be a little larger than it should be.
    let computed_before = |value: f64| number(value * 2.0) * number(0.5);
    assert!(may_be_nan(computed_before(half * (1.0 - 9.0 * UNIT)), 0.5));
    assert!(!may_be_nan(computed_before(half * (1.0 - 15.0 * UNIT)), 0.5));
    assert!(!may_be_nan(computed_before(1e30), 0.5));
    // It has overflowed already.
    let over = number(LARGEST) * number(2.0) * mask(false);
    assert!(explains(over, f64::NAN) && explains(over, 0.0));
    for sum in [over + number(3.0), number(3.0) + over] {
        assert!(explains(sum, f64::NAN) && explains(sum, 3.0));
    }
    // Where something was kept, nothing is NaN.
    assert!(!explains(element(1e38, true, 0.5), f64::NAN));
}

#[test]
fn subnormal_numbers_may_be_flushed_and_others_not() {
    assert!(explains(element(1e-40, true, 0.5), 0.0));
    assert!(!explains(element(1e-30, true, 0.5), 0.0));
    // At ratio 0 it is itself or 0, and where nothing was computed it is itself.
    assert!(explains(element(1e-40, true, 1.0), 0.0) && explains(element(1e-40, true, 1.0), 1e-40));
    assert!(!explains(element(1e-40, true, 1.0), 2e-40) && !explains(number(1e-40), 0.0));
    assert!(!explains(element(NORMAL, true, 0.5), 0.0));
    // The factor, the other factor, or the product alone is subnormal.
    assert!(explains(element(NORMAL / 2.0, true, 0.25), 0.0));
    assert!(explains(number(1e-40) * number(1e10), 0.0));
    assert!(explains(number(1e10) * number(1e-40), 0.0));
    assert!(explains(number(1e-20) * number(1e-20), 0.0));
    // A number that was flushed once stays 0 in every later product.
    let flushed = number(1e-40) * number(1e10);
    assert!(explains(flushed * number(1e10), 0.0) && explains(number(1e10) * flushed, 0.0));
    // Zero times anything is 0, and nothing subnormal is near.
    assert!(!explains(computed(0.0, 0.0) * number(3.0), SMALLEST));
}

/// Of a sum, either part may have been flushed without the other.
#[test]
fn a_sum_may_lose_the_part_that_was_flushed() {
    let small = element(NORMAL / 2.0, true, 0.25);
    for sum in [small + number(3.0 * NORMAL), number(3.0 * NORMAL) + small] {
        for value in [5.0, 3.0] {
            assert!(explains(sum, value * NORMAL), "{value} times the smallest normal number");
        }
        assert!(!explains(sum, 2.9 * NORMAL) && !explains(sum, 7.1 * NORMAL));
    }
    let whole = element(NORMAL, true, 0.5);
    assert!(!explains(whole + number(3.0 * NORMAL), 3.0 * NORMAL));
}

#[test]
fn a_subnormal_result_is_off_by_one_step() {
    let six = element(3.0 * SMALLEST, true, 0.5);
    for (steps, within) in [(5.0, true), (6.0, true), (7.0, true), (4.0, false), (8.0, false)] {
        assert_eq!(explains(six, steps * SMALLEST), within, "{steps}");
    }
}

#[test]
fn scale_zero_leaves_nothing() {
    for kept in [number(3.0), number(-3.0), computed(3.0, 0.5)] {
        let nothing = kept / number(0.0);
        assert!(explains(nothing, 0.0) && explains(nothing, -0.0));
        assert!(!explains(nothing, 3.0) && !explains(nothing, 1e-45));
        assert!(!explains(nothing, f64::NAN));
    }
}

/// Each question makes NaN of its own case alone, at once and after a later sum.
#[test]
fn an_answer_of_nan_allows_nan() {
    let (infinite, three) = (number(f64::INFINITY), number(3.0));
    let back = |number: F32| number.on_the_way_back();
    let cases = [
        ("dropped_nonfinite.forward", infinite * mask(false)),
        ("dropped_nonfinite.backward", back(infinite) * mask(false)),
        // What a gradient is multiplied with is none, and the product is.
        ("dropped_nonfinite.backward", back(infinite) * number(2.0) * mask(false)),
        ("dropped_nonfinite.backward", number(2.0) * back(infinite) * mask(false)),
        ("ratio_one", three / number(0.0)),
        ("ratio_one", three / number(0.0) / number(0.0)),
        ("ratio_one.gradient", back(three) / number(0.0)),
    ];
    for (asked, element) in cases {
        for question in NAN_QUESTIONS {
            for later in [element, element + three, three + element, element + element] {
                let shown = allowed(later, Some(question));
                assert_eq!(shown.contains(f64::NAN), question == asked, "{asked}: {question}");
            }
        }
    }
    // A case of two questions is NaN by either.
    let both = infinite * mask(false) / number(0.0);
    assert!(allowed(both, Some("dropped_nonfinite.forward")).contains(f64::NAN));
    assert!(allowed(both, Some("ratio_one")).contains(f64::NAN));
}

#[test]
fn integers_that_were_promoted_may_be_nan() {
    let promoted = Bounded::<Promoted>::nearest(3.0) / Bounded::nearest(0.5);
    let shown = allowed(promoted, None);
    assert!(shown.contains(f64::NAN) && shown.contains(6.1) && !shown.contains(7.0));
}

#[test]
fn what_nothing_is_said_about_is_anything() {
    assert!(allowed(F32::anything(), None).is_anything());
    assert!(!allowed(number(0.0), None).is_anything());
}

#[test]
fn a_reader_sees_the_value_and_its_room() {
    let dropped_infinity = number(f64::INFINITY) * mask(false);
    let described = [
        (F32::anything(), 7.0, "anything"),
        (number(3.0), 7.0, "3.0"),
        (number(-0.0), 7.0, "-0.0"),
        (number(-3.0) * mask(false), 7.0, "0"),
        (element(3.0, true, 0.5), 7.0, "6.0 ± 2.1e-6"),
        (dropped_infinity, 7.0, "0 or NaN"),
        (dropped_infinity, f64::NAN, "0, as before"),
    ];
    let zeros = choices(None);
    let world = World::new(&zeros, Dtype::Float32);
    for (element, observed, expected) in described {
        assert_eq!(element.describe(&world, observed), expected);
    }
    assert_eq!(0.5f32.describe(&world, 7.0), "0.5");
    let nans = choices(Some("dropped_nonfinite.forward"));
    let world = World::new(&nans, Dtype::Float32);
    assert_eq!(dropped_infinity.describe(&world, 0.0), "NaN, as before");
}

/// Numbers with an error each, small enough that nothing overflows or is subnormal.
fn numbers() -> impl Strategy<Value = F32> {
    (prop_oneof![-1e6..-1e-6, 1e-6..1e6], 0.0..1.0)
        .prop_map(|(value, share)| computed(value, share * f64::abs(value)))
}

/// The numbers that `number` may be, at their worst.
fn ends(number: F32) -> [f64; 2] {
    [number.value - number.error, number.value + number.error]
}

proptest! {
    /// The result has the room of its operands and six units more, and no more than that.
    #[test]
    fn a_result_has_the_room_of_its_operands_and_six_units(a in numbers(), b in numbers(), s in 0.001..1.0) {
        let largest = |results: Vec<f64>| results.into_iter().map(f64::abs).fold(0.0, f64::max);
        let corners = |operation: fn(f64, f64) -> f64| {
            let pairs = ends(a).into_iter().flat_map(|x| ends(b).map(|y| operation(x, y)));
            pairs.collect::<Vec<_>>()
        };
        let quotients = ends(a).map(|x| x / s).to_vec();
        for (result, exact, worst) in [
            (a * b, a.value * b.value, largest(corners(|x, y| x * y))),
            (a / number(s), a.value / s, largest(quotients)),
            (a + b, a.value + b.value, (a.value + b.value).abs() + a.error + b.error),
        ] {
            prop_assert_eq!(result.value, exact);
            let room = worst * (1.0 + 6.0 * UNIT) - exact.abs();
            let rounding = worst * 1e-14;
            prop_assert!((result.error - room).abs() <= rounding, "{result:?}: {room}");
        }
    }

    /// What the machine computes in float32, rounding each time, is always within.
    #[test]
    fn what_a_machine_computes_is_allowed(x in -1e30f32..1e30, y in -1e3f32..1e3, ratio in 0.0f32..0.99) {
        let scale = 1.0 - ratio;
        let (bounded_x, bounded_y) = (F32::nearest(f64::from(x)), F32::nearest(f64::from(y)));
        let bounded_scale = F32::nearest(f64::from(scale));
        let kept = bounded_x / bounded_scale;
        for (bounded, machine) in [
            (kept, x / scale),
            (kept, x * (1.0 / scale)),
            (bounded_x * bounded_y, x * y),
            (kept * bounded_y, x / scale * y),
            (kept * bounded_y, x * y / scale),
            (kept + bounded_y, x / scale + y),
        ] {
            prop_assert!(explains(bounded, f64::from(machine)), "{bounded:?}: {machine}");
        }
    }
}

/// What nothing is known of is in no danger of being too large.
#[test]
fn what_may_be_anything_does_not_overflow() {
    assert!(!F32::anything().overflows());
}
