//! ELU, x > 0 ? x : a (exp(x) - 1), for the Activation Zoo, by someone who has read plugin.h and nothing else.
//!
//! No crate, and no `std`: even with `panic = "abort"` it would link libgcc_s, which a plugin may not need.
#![no_std]

mod abi;
mod elu;

use abi::*;
use core::ffi::c_void;
use core::mem::size_of;
use elu::{elu, Element, BROKEN};

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    #[link(name = "c")]
    extern "C" {
        fn abort() -> !;
    }
    // SAFETY: always allowed.
    unsafe { abort() }
}

/// The bytes themselves lie in the section, not a reference to them.
#[used]
#[link_section = ".actzoo.manifest"]
static MANIFEST: [u8; include_bytes!("../elu.actzoo").len()] = *include_bytes!("../elu.actzoo");

/// One pass over the box. Everything of an element is read before anything is written.
unsafe fn run<T: Element, P: Element>(call: *const Call, forward: bool, backward: bool) -> i32 {
    let c = &*call;
    let a = &*c.param;
    // dparam may be NULL as a list, or have a NULL in it.
    let da = c.dparam.as_ref().filter(|v| !v.data.is_null());
    for i0 in 0..c.extent[0] {
        for i1 in 0..c.extent[1] {
            for i2 in 0..c.extent[2] {
                for i3 in 0..c.extent[3] {
                    let i = [i0, i1, i2, i3];
                    let x = (*c.x[0].at::<T>(i)).widen();
                    let p = (*a.at::<P>(if BROKEN { [0; 4] } else { i })).widen();
                    let [y, slope, by_a] = elu(x, p);
                    let has_dy = backward && !c.dy.data.is_null();
                    let dy = if has_dy {
                        (*c.dy.at::<T>(i)).widen()
                    } else {
                        1.0
                    };
                    if forward {
                        *c.y.at::<T>(i) = T::round(y);
                    }
                    if !backward {
                        continue;
                    }
                    if !c.dx[0].data.is_null() {
                        *c.dx[0].at::<T>(i) = T::round(dy * slope);
                    }
                    if let Some(sum) = da {
                        let sum = sum.at::<f64>(i);
                        *sum = if BROKEN { dy * by_a } else { *sum + dy * by_a };
                    }
                }
            }
        }
    }
    OK
}

/// Picks the types: parameters are floats, but beside doubles, doubles.
unsafe fn typed(call: *const Call, forward: bool, backward: bool) -> i32 {
    match (*call).dtype {
        F32 => run::<f32, f32>(call, forward, backward),
        F64 => run::<f64, f64>(call, forward, backward),
        _ => UNSUPPORTED,
    }
}

unsafe extern "C" fn forward(_: *const c_void, call: *const Call) -> i32 {
    typed(call, true, false)
}
unsafe extern "C" fn backward(_: *const c_void, call: *const Call) -> i32 {
    typed(call, false, true)
}
unsafe extern "C" fn fused(_: *const c_void, call: *const Call) -> i32 {
    typed(call, true, true)
}

const fn row(dtype: u32) -> Kernels {
    Kernels {
        size: size_of::<Kernels>() as u32,
        dtype,
        device_type: 1,
        flags: INPLACE_FORWARD | INPLACE_BACKWARD | BACKWARD_NEEDS_X,
        activation: b"com.stranger.elu/1\0".as_ptr(),
        this: core::ptr::null(),
        forward: Some(forward),
        backward: Some(backward),
        fused: Some(fused),
    }
}

static ROW32: Kernels = row(F32);
static ROW64: Kernels = row(F64);
static ROWS: [&Kernels; 2] = [&ROW32, &ROW64];
static PLUGIN: Plugin = Plugin {
    size: size_of::<Plugin>() as u32,
    needs_minor: 0,
    kernels_count: 2,
    kernels: ROWS.as_ptr(),
    extension: None,
};

/// The only exported symbol.
#[no_mangle]
pub extern "C" fn actzoo_plugin_v1(_: *const Host) -> *const Plugin {
    // With older Rust (seen with 1.63) the linker drops a section that nothing reads, `#[used]` or not.
    // SAFETY: the first byte of a static.
    unsafe { core::ptr::read_volatile(&MANIFEST[0]) };
    &PLUGIN
}
