//! The mathematics, and memory: elements of operands as doubles.
//!
//! With the feature `broken`, four mistakes that a first attempt makes: the gradient of `a` is set instead
//! of added to (P9), the negative branch is `exp(x) - 1`, which cancels near zero (P10), the kink belongs to
//! the wrong branch (P10), and `a` is read once for the whole box (P6).

use crate::abi::View;

// From the C library: `core` has no mathematics, and `std` would need libgcc_s. Without `link`, the plugin
// would load only into a host that happens to have libm already.
#[link(name = "m")]
extern "C" {
    fn exp(x: f64) -> f64;
    fn expm1(x: f64) -> f64;
}

pub const BROKEN: bool = cfg!(feature = "broken");

/// y, dy/dx and dy/da.
pub fn elu(x: f64, a: f64) -> [f64; 3] {
    if x > 0.0 || (BROKEN && x == 0.0) {
        return [x, 1.0, 0.0];
    }
    // SAFETY: pure functions of the C library.
    let (slope, below) = unsafe { (exp(x), expm1(x)) };
    let below = if BROKEN { slope - 1.0 } else { below };
    [a * below, a * slope, below]
}

/// An element type: what a kernel is made for.
pub trait Element: Copy {
    fn widen(self) -> f64;
    fn round(x: f64) -> Self;
}

impl Element for f32 {
    fn widen(self) -> f64 {
        f64::from(self)
    }
    fn round(x: f64) -> f32 {
        x as f32
    }
}

impl Element for f64 {
    fn widen(self) -> f64 {
        self
    }
    fn round(x: f64) -> f64 {
        x
    }
}

impl View {
    /// Where the operand has the element at `place` of the box.
    ///
    /// # Safety
    /// `place` lies in the box that the view was made for, and its elements are of type `T`.
    pub unsafe fn at<T>(&self, place: [i64; 4]) -> *mut T {
        let index: i64 = (0..4).map(|axis| place[axis] * self.stride[axis]).sum();
        self.data.cast::<T>().offset(index as isize)
    }
}
