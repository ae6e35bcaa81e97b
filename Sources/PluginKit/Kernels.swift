import CActZoo

// The entry points: one for each pass. A plugin's rows point at trampolines that call these.

/// Evaluates x -> y. [concurrent]
///
/// Returns INVALID or UNSUPPORTED with a sentence if the call's shape is not served; then nothing was
/// touched. y may be x.
@inline(__always) func forward<A: Activation, L: Lanes>(
  _: A.Type, _: L.Type, _ call: UnsafePointer<actzoo_call>?
) -> actzoo_status {
  guard let call else { return ACTZOO_INVALID }
  var needs = needs(A.self, L.self)
  needs.writesY = true
  if case .done(let status) = check(call, needs) { return status }
  sweep(A.self, L.self, ForwardPass.self, call)
  return ACTZOO_OK
}

/// Evaluates (x, dy) -> dx, and adds to dparam. [concurrent]
///
/// dx may be dy. Outputs that are NULL are skipped; dy NULL means ones.
@inline(__always) func backward<A: Activation, L: Lanes>(
  _: A.Type, _: L.Type, _ call: UnsafePointer<actzoo_call>?
) -> actzoo_status {
  guard let call else { return ACTZOO_INVALID }
  var needs = needs(A.self, L.self)
  needs.takesGradients = true
  if case .done(let status) = check(call, needs) { return status }
  sweepGradients(A.self, L.self, call, writesY: false)
  return ACTZOO_OK
}

/// Forward and backward in one pass, with the bits of the separate ones. [concurrent]
@inline(__always) func fused<A: Activation, L: Lanes>(
  _: A.Type, _: L.Type, _ call: UnsafePointer<actzoo_call>?
) -> actzoo_status {
  guard let call else { return ACTZOO_INVALID }
  var needs = needs(A.self, L.self)
  needs.writesY = true
  needs.takesGradients = true
  if case .done(let status) = check(call, needs) { return status }
  sweepGradients(A.self, L.self, call, writesY: true)
  return ACTZOO_OK
}

/// What every pass of an activation needs.
@inline(__always) func needs<A: Activation, L: Lanes>(_: A.Type, _: L.Type) -> Needs {
  Needs(dtype: L.dtype, isGated: A.isGated, isNoisy: A.isNoisy, parameters: A.parameters)
}

/// Chooses the loop by how the wanted parameter gradients lie.
///
/// Four loops for each element type are what 64 KB per plugin have room for at the level without vectors
/// worth the name. So two rare cases make do: unwanted parameter gradients are computed and dropped, and
/// fused with sums along the innermost axis is backward, then forward.
@inline(__always) func sweepGradients<A: Activation, L: Lanes>(
  _: A.Type, _: L.Type, _ call: UnsafePointer<actzoo_call>, writesY: Bool
) {
  if A.parameters == 0 {
    if writesY {
      sweep(A.self, L.self, FusedPass<NoSums>.self, call)
    } else {
      sweep(A.self, L.self, BackwardPass<NoSums>.self, call)
    }
  } else if areAlong(call, A.parameters) {
    // Backward first: y may be x, and dx is never x.
    sweep(A.self, L.self, BackwardPass<AlongSums>.self, call)
    if writesY { sweep(A.self, L.self, ForwardPass.self, call) }
  } else if writesY {
    sweep(A.self, L.self, FusedPass<SharedSums>.self, call)
  } else {
    sweep(A.self, L.self, BackwardPass<SharedSums>.self, call)
  }
}

/// True if a wanted parameter gradient varies along the innermost axis.
func areAlong(_ call: UnsafePointer<actzoo_call>, _ parameters: Int) -> Bool {
  guard let dparam = call.pointee.dparam else { return false }
  for k in 0..<parameters where dparam[k].data != nil && dparam[k].stride.3 != 0 { return true }
  return false
}

/// True if parameters and their gradients are the same all along the third axis.
func sharesParameters(_ call: UnsafePointer<actzoo_call>, _ parameters: Int) -> Bool {
  let c = call.pointee
  if c.extent.2 <= 1 { return true }
  for k in 0..<parameters {
    if c.param[k].stride.2 != 0 { return false }
    if let dparam = c.dparam, dparam[k].data != nil, dparam[k].stride.2 != 0 { return false }
  }
  return true
}
