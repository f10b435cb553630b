use super::*;
use proptest::prelude::*;

proptest! {
    #[test]
    fn arrays_survive_the_wire(
        bits in prop::collection::vec(any::<u64>(), 0..150),
        dtype in prop::sample::select(&Dtype::ALL[..4]),
    ) {
        let values = bits.iter().map(|&bits| f64::from_bits(bits)).collect::<Vec<_>>();
        let array = Array::new(dtype, &[values.len()], values);
        let text = serde_json::to_string(&array).unwrap();
        let back: Array = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(back.shape, array.shape);
        for (a, b) in back.values.iter().zip(&array.values) {
            prop_assert!(same_bits(*a, *b), "{} {}", a, b);
        }
    }
}

#[test]
fn mistakes_are_named() {
    for (text, said) in [
        (r#"{"dtype":"float32","shape":[2],"data":[1]}"#, "shape [2] has 2 elements"),
        (r#"{"dtype":"float32","shape":[1],"base64":"AAA="}"#, "base64 of 2 bytes"),
        (r#"{"dtype":"float32","shape":[1],"data":[null]}"#, "a number, or"),
        (r#"{"dtype":"float32","shape":[1],"data":[1e39]}"#, "is no float32"),
        (r#"{"dtype":"int32","shape":[1],"data":[3000000000]}"#, "3000000000 is no int32"),
        (r#"{"dtype":"int64","shape":[1],"data":[0.5]}"#, "0.5 is no int64"),
        (r#"{"dtype":"int32","shape":[1],"data":["NaN"]}"#, "NaN is no int32"),
        (r#"{"dtype":"float32","shape":[1],"data":["nan"]}"#, "\"NaN\", \"Infinity\""),
        (r#"{"dtype":"float32","shape":[1],"base64":"!"}"#, "bad base64"),
        (r#"{"dtype":"float32","shape":[268435457],"fill":1}"#, "[268435457] is too large"),
        (r#"{"dtype":"float32","shape":[4294967296,4294967296],"fill":1}"#, "no array has shape"),
        (r#"{"dtype":"float32","shape":[1],"data":[1],"fill":1}"#, "one of `data`"),
        (r#"{"dtype":"float8","shape":[1],"data":[1]}"#, "float8"),
        (r#"{"dtype":"float32","shape":[1]}"#, "one of `data`"),
    ] {
        let error = serde_json::from_str::<Array>(text).unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
    }
}

fn shown(array: &Array) -> String {
    serde_json::to_string(array).unwrap()
}

/// The texts of the protocol: what JSON has no number for is a string.
#[test]
fn numbers_are_written_as_the_protocol_says() {
    let values = vec![0.5, -0.0, 0.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY];
    let array = Array::new(Dtype::Float32, &[2, 3], values);
    let expected =
        r#"{"dtype":"float32","shape":[2,3],"data":[0.5,"-0.0",0.0,"NaN","Infinity","-Infinity"]}"#;
    assert_eq!(shown(&array), expected);
    let integers = Array::new(Dtype::Int64, &[2], vec![1.0, -9007199254740992.0]);
    assert_eq!(shown(&integers), r#"{"dtype":"int64","shape":[2],"data":[1,-9007199254740992]}"#);
    // Zeros of both signs are two numbers; any NaN is any NaN.
    assert!(Real(f64::NAN) == Real(-f64::NAN) && Real(0.0) != Real(-0.0) && Real(1.0) != Real(2.0));
    assert!(Real(f64::NAN) != Real(1.0) && Real(1.0) != Real(f64::NAN));
}

/// 64 numbers are written one by one, more of them as their bytes, little end first.
#[test]
fn many_numbers_are_written_as_bytes() {
    for (elements, decimal) in [(64, true), (65, false)] {
        let text = shown(&Array::full(Dtype::Float32, &[elements], 1.0));
        assert_eq!((text.contains("data"), text.contains("base64")), (decimal, !decimal), "{text}");
    }
    for (dtype, base64) in [
        (Dtype::Float16, "ADwAwA=="),
        (Dtype::Bfloat16, "gD8AwA=="),
        (Dtype::Float32, "AACAPwAAAMA="),
        (Dtype::Float64, "AAAAAAAA8D8AAAAAAAAAwA=="),
        (Dtype::Int32, "AQAAAP7///8="),
        (Dtype::Int64, "AQAAAAAAAAD+/////////w=="),
    ] {
        let array = Array::new(dtype, &[2], vec![1.0, -2.0]);
        let written = array.in_base64();
        let expected = serde_json::json!({ "dtype": dtype, "shape": [2], "base64": base64 });
        assert_eq!(written, expected);
        assert_eq!(serde_json::from_value::<Array>(written).unwrap(), array);
    }
}

/// Requests write one number once where all elements are alike, and there are several.
#[test]
fn what_is_alike_is_written_once() {
    let filled = |array: &Array| array.serialize_filled(serde_json::value::Serializer).unwrap();
    let ones = Array::full(Dtype::Float32, &[3, 2], 1.0);
    let written = filled(&ones);
    assert_eq!(written, serde_json::json!({ "dtype": "float32", "shape": [3, 2], "fill": 1.0 }));
    assert_eq!(serde_json::from_value::<Array>(written).unwrap(), ones);
    let integers = filled(&Array::full(Dtype::Int32, &[2], 7.0));
    assert_eq!(integers.to_string(), r#"{"dtype":"int32","fill":7,"shape":[2]}"#);
    for others in
        [Array::full(Dtype::Float32, &[1], 1.0), Array::new(Dtype::Float32, &[2], vec![0.0, -0.0])]
    {
        assert!(filled(&others).get("data").is_some(), "{others:?}");
    }
    let largest = r#"{"dtype":"float32","shape":[268435456,0],"fill":1}"#;
    assert!(serde_json::from_str::<Array>(largest).unwrap().values.is_empty());
}

/// Which sign it has is the compiler's choice, and requests are the same from every build.
#[test]
fn every_nan_is_written_alike() {
    for dtype in Dtype::ALL.into_iter().filter(|dtype| dtype.is_float()) {
        let [plain, negative] =
            [f64::NAN, -f64::NAN].map(|nan| Array::new(dtype, &[1], vec![nan]).in_base64());
        assert_eq!(plain, negative, "{dtype:?}");
    }
}
