import CActZoo

/// Compiled code for one activation and element type, as the plugin's table gave it.
struct Row {
  let dtype: actzoo_dtype
  let flags: UInt32
  let itself: UnsafeRawPointer?
  let forward: actzoo_kernel
  let backward: actzoo_kernel?
  let fused: actzoo_kernel?
}
