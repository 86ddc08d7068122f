//! Four f32 side by side, as the number type of a whole FFT.
//!
//! rustfft is generic over its numbers. Given this type it transforms four frames at once, one in each lane, with no
//! shuffles: in wasm a third of the time of its own SIMD code, which transforms one frame at a time. A lane never sees
//! its neighbours, so a frame's result does not depend on what else is in the batch.

use rustfft::num_traits::{FromPrimitive, Num, One, Signed, Zero};
use std::array::from_fn;
use std::ops::{Add, Div, Mul, Neg, Rem, Sub};

pub const LANES: usize = 4;

#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(C, align(16))]
pub struct Lanes(pub [f32; LANES]);

impl Lanes {
    #[inline(always)]
    pub const fn splat(value: f32) -> Lanes {
        Lanes([value; LANES])
    }

    #[inline(always)]
    fn zip(self, other: Lanes, operation: impl Fn(f32, f32) -> f32) -> Lanes {
        Lanes(from_fn(|lane| operation(self.0[lane], other.0[lane])))
    }
}

macro_rules! lanewise {
    ($($operation:ident, $method:ident;)*) => {$(
        impl $operation for Lanes {
            type Output = Lanes;
            #[inline(always)]
            fn $method(self, other: Lanes) -> Lanes {
                self.zip(other, $operation::$method)
            }
        }
    )*};
}

lanewise! { Add, add; Sub, sub; Mul, mul; Div, div; Rem, rem; }

impl Neg for Lanes {
    type Output = Lanes;
    #[inline(always)]
    fn neg(self) -> Lanes {
        Lanes(self.0.map(Neg::neg))
    }
}

impl Zero for Lanes {
    fn zero() -> Lanes {
        Lanes::splat(0.0)
    }
    fn is_zero(&self) -> bool {
        *self == Lanes::zero()
    }
}

impl One for Lanes {
    fn one() -> Lanes {
        Lanes::splat(1.0)
    }
}

// The rest is what rustfft's `FftNum` asks for beyond arithmetic.

impl FromPrimitive for Lanes {
    fn from_i64(value: i64) -> Option<Lanes> {
        Some(Lanes::splat(value as f32))
    }
    fn from_u64(value: u64) -> Option<Lanes> {
        Some(Lanes::splat(value as f32))
    }
    fn from_f64(value: f64) -> Option<Lanes> {
        Some(Lanes::splat(value as f32))
    }
}

impl Num for Lanes {
    type FromStrRadixErr = <f32 as Num>::FromStrRadixErr;
    fn from_str_radix(text: &str, radix: u32) -> Result<Lanes, Self::FromStrRadixErr> {
        f32::from_str_radix(text, radix).map(Lanes::splat)
    }
}

impl Signed for Lanes {
    fn abs(&self) -> Lanes {
        Lanes(self.0.map(f32::abs))
    }
    fn abs_sub(&self, other: &Lanes) -> Lanes {
        self.zip(*other, |a, b| (a - b).max(0.0))
    }
    fn signum(&self) -> Lanes {
        Lanes(self.0.map(f32::signum))
    }
    fn is_positive(&self) -> bool {
        self.0.iter().all(|value| value.is_sign_positive())
    }
    fn is_negative(&self) -> bool {
        self.0.iter().all(|value| value.is_sign_negative())
    }
}
