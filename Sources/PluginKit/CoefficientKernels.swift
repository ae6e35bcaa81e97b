public import CActZoo

#if !ACTZOO_ONE_MODULE
  public import KernelMath
#endif

// The entry points of activations with coefficients; their contracts are those in Kernels.swift.

/// Evaluates x -> y. [concurrent]
@inline(__always) public func forward<A: CoefficientActivation, L: Lanes>(
  _: A.Type, _: L.Type, _ call: UnsafePointer<actzoo_call>?
) -> actzoo_status {
  run(A.self, L.self, ForwardPass.self, call)
}

/// Evaluates (x, dy) -> dx, and adds to dparam. [concurrent]
@inline(__always) public func backward<A: CoefficientActivation, L: Lanes>(
  _: A.Type, _: L.Type, _ call: UnsafePointer<actzoo_call>?
) -> actzoo_status {
  run(A.self, L.self, BackwardPass<SharedSums>.self, call)
}

/// Forward and backward in one pass, with the bits of the separate ones. [concurrent]
@inline(__always) public func fused<A: CoefficientActivation, L: Lanes>(
  _: A.Type, _: L.Type, _ call: UnsafePointer<actzoo_call>?
) -> actzoo_status {
  run(A.self, L.self, FusedPass<SharedSums>.self, call)
}

@inline(__always) func run<A: CoefficientActivation, L: Lanes, P: Pass>(
  _: A.Type, _: L.Type, _: P.Type, _ call: UnsafePointer<actzoo_call>?
) -> actzoo_status {
  guard let call else { return ACTZOO_INVALID }
  let needs = Needs(
    dtype: L.dtype, parameters: A.parameters, hasScalars: false, writesY: P.writesY,
    takesGradients: P.takesGradients)
  if case .done(let status) = check(call, needs) { return status }
  var count = InlineArray<6, Int>(repeating: 0)
  for k in 0..<A.parameters { count[k] = Int(call.pointee.param[k].count) }
  if !A.accepts(count) {
    if case .done(let status) = refuse(
      call, ACTZOO_INVALID, "param", " has counts that do not belong together")
    {
      return status
    }
  }
  sweep(A.self, L.self, P.self, call)
  return ACTZOO_OK
}
