//! Tensors of any rank under one type. Burn has the rank in the type, where a program has it in the
//! array; there is no rank 0.

use burn::tensor::Tensor;

/// A tensor of one of the ranks that are asked for.
#[derive(Clone, Debug)]
pub enum Variable {
    /// Of rank 1.
    One(Tensor<1>),
    /// Of rank 2.
    Two(Tensor<2>),
    /// Of rank 3.
    Three(Tensor<3>),
    /// Of rank 4.
    Four(Tensor<4>),
    /// Of rank 5, which rank 4 becomes when it is broadcast.
    Five(Tensor<5>),
}

macro_rules! from {
    ($($name:ident $rank:literal)*) => {
        $(
            impl From<Tensor<$rank>> for Variable {
                fn from(tensor: Tensor<$rank>) -> Variable {
                    Variable::$name(tensor)
                }
            }
        )*
    };
}
from! { One 1 Two 2 Three 3 Four 4 Five 5 }

/// The same expression for a variable of any rank.
macro_rules! of_any_rank {
    ($x:ident => $result:expr) => {
        match $x {
            Variable::One($x) => $result,
            Variable::Two($x) => $result,
            Variable::Three($x) => $result,
            Variable::Four($x) => $result,
            Variable::Five($x) => $result,
        }
    };
}
pub(crate) use of_any_rank;

/// The same operation on two variables, if they are of one rank.
macro_rules! of_one_rank {
    ($a:expr, $b:expr, $operation:expr) => {
        match ($a, $b) {
            (Variable::One(a), Variable::One(b)) => Some(Variable::One($operation(a, b))),
            (Variable::Two(a), Variable::Two(b)) => Some(Variable::Two($operation(a, b))),
            (Variable::Three(a), Variable::Three(b)) => Some(Variable::Three($operation(a, b))),
            (Variable::Four(a), Variable::Four(b)) => Some(Variable::Four($operation(a, b))),
            (Variable::Five(a), Variable::Five(b)) => Some(Variable::Five($operation(a, b))),
            _ => None,
        }
    };
}
pub(crate) use of_one_rank;
