//! `Include/actzoo/plugin.h`, contract 1, in Rust: the same structs, in the same order.

use core::ffi::c_void;

/// C's char; `core` has it only since Rust 1.64, and all that matters here is its size.
#[allow(non_camel_case_types)]
pub type c_char = u8;

pub const OK: i32 = 0;
pub const UNSUPPORTED: i32 = 1;

pub const F32: u32 = 0x0001_2002;
pub const F64: u32 = 0x0001_4002;

pub const INPLACE_FORWARD: u32 = 0x1;
pub const INPLACE_BACKWARD: u32 = 0x2;
pub const BACKWARD_NEEDS_X: u32 = 0x10;

/// One operand laid over the box; strides and step count elements.
#[repr(C)]
pub struct View {
    pub data: *mut c_void,
    pub stride: [i64; 4],
    pub step: i64,
    pub count: i64,
}

/// One evaluation over a box of four axes.
#[repr(C)]
pub struct Call {
    pub size: u32,
    pub dtype: u32,
    pub extent: [i64; 4],
    pub x: [View; 2],
    pub y: View,
    pub dy: View,
    pub dx: [View; 2],
    pub noise: View,
    pub param: *const View,
    pub dparam: *const View,
    pub device_type: i32,
    pub device_id: i32,
    pub stream: *mut c_void,
    pub message: *mut c_char,
    pub message_size: u64,
}

pub type Kernel = unsafe extern "C" fn(*const c_void, *const Call) -> i32;

/// A row of the table.
#[repr(C)]
pub struct Kernels {
    pub size: u32,
    pub dtype: u32,
    pub device_type: i32,
    pub flags: u32,
    pub activation: *const c_char,
    pub this: *const c_void,
    pub forward: Option<Kernel>,
    pub backward: Option<Kernel>,
    pub fused: Option<Kernel>,
}
// Pointers to constants, read only.
unsafe impl Sync for Kernels {}

/// What the entry returns.
#[repr(C)]
pub struct Plugin {
    pub size: u32,
    pub needs_minor: u32,
    pub kernels_count: u64,
    pub kernels: *const &'static Kernels,
    pub extension: Option<unsafe extern "C" fn(*const c_char) -> *const c_void>,
}
unsafe impl Sync for Plugin {}

/// What the entry is given.
#[repr(C)]
pub struct Host {
    pub size: u32,
    pub minor: u32,
    pub name: *const c_char,
    pub extension: Option<unsafe extern "C" fn(*const c_char) -> *const c_void>,
}
