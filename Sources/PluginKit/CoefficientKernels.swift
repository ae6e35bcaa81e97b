import CActZoo

// The entry points of activations with coefficients; their contracts are those in Kernels.swift.

/// Evaluates x -> y. [concurrent]
@inline(__always) func forward<A: CoefficientActivation, L: Lanes>(
  _: A.Type, _: L.Type, _ call: UnsafePointer<actzoo_call>?
) -> actzoo_status {
  run(A.self, L.self, ForwardPass.self, call)
}

/// Evaluates (x, dy) -> dx, and adds to dparam. [concurrent]
@inline(__always) func backward<A: CoefficientActivation, L: Lanes>(
  _: A.Type, _: L.Type, _ call: UnsafePointer<actzoo_call>?
) -> actzoo_status {
  run(A.self, L.self, BackwardPass<SharedSums>.self, call)
}

/// Forward and backward, with the bits of the separate ones. [concurrent]
///
/// Backward first, then forward (y may be x, and dx is never x): a third loop for both would take a plugin
/// over 64 KB at the lowest level and save only the reading of x.
@inline(__always) func fused<A: CoefficientActivation, L: Lanes>(
  _: A.Type, _: L.Type, _ call: UnsafePointer<actzoo_call>?
) -> actzoo_status {
  guard let call else { return ACTZOO_INVALID }
  if let refused = refusal(A.self, L.self, call, writesY: true, takesGradients: true) {
    return refused
  }
  sweep(A.self, L.self, BackwardPass<SharedSums>.self, call)
  sweep(A.self, L.self, ForwardPass.self, call)
  return ACTZOO_OK
}

@inline(__always) func run<A: CoefficientActivation, L: Lanes, P: Pass>(
  _: A.Type, _: L.Type, _: P.Type, _ call: UnsafePointer<actzoo_call>?
) -> actzoo_status {
  guard let call else { return ACTZOO_INVALID }
  if let refused = refusal(
    A.self, L.self, call, writesY: P.writesY, takesGradients: P.takesGradients)
  {
    return refused
  }
  sweep(A.self, L.self, P.self, call)
  return ACTZOO_OK
}

/// The status to return at once, or nil if the call is to be run.
@inline(__always) func refusal<A: CoefficientActivation, L: Lanes>(
  _: A.Type, _: L.Type, _ call: UnsafePointer<actzoo_call>, writesY: Bool, takesGradients: Bool
) -> actzoo_status? {
  let needs = Needs(
    dtype: L.dtype, parameters: A.parameters, hasScalars: false, writesY: writesY,
    takesGradients: takesGradients)
  if case .done(let status) = check(call, needs) { return status }
  var count = InlineArray<6, Int>(repeating: 0)
  for k in 0..<A.parameters { count[k] = Int(call.pointee.param[k].count) }
  if A.accepts(count) { return nil }
  if case .done(let status) = refuse(
    call, ACTZOO_INVALID, "param", " has counts that do not belong together")
  {
    return status
  }
  return ACTZOO_INVALID
}
