import CSystem

/// Runs `body` with round-to-nearest, exceptions masked and subnormals on, and gives the caller its
/// control word back, sticky flags included.
///
/// JAX calls with FTZ and DAZ set, others with a rounding mode of their own; results must not depend
/// on it (rule C6).
@inline(__always)
func withDefaultFloatControl<T>(_ body: () -> T) -> T {
  let word = csystem_float_control()
  csystem_set_float_control(csystem_float_default())
  let result = body()
  csystem_set_float_control(word)
  return result
}
